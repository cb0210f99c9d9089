"""Seal the built pages: each says by its Content-Security-Policy which scripts and styles it may run."""

import base64
import hashlib
import re
from pathlib import Path

# What a page's own markup would call is bound by page.js instead: a policy that allows it would allow anything
CALLS = {"toggleFullScreen()": "fullscreen", "window.print()": "print"}
POLICY = re.compile(r'\s*<meta http-equiv="Content-Security-Policy"[^>]*>')


def seal(site):
    """Give every page in the folder `site` its policy; a page that already has one gets it anew."""
    for path in Path(site).rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        sealed = with_policy(without_handlers(page))
        if sealed != page:
            path.write_text(sealed, encoding="utf-8", newline="\n")


def without_handlers(page):
    """Return a page whose buttons name what they do in place of calling it; raises ValueError for an unknown call."""

    def named(match):
        if match[1] not in CALLS:
            raise ValueError(
                f"a page calls {match[1]!r} from its markup; name it in CALLS (web/csp.py) and bind it in page.js"
            )
        return f'data-does="{CALLS[match[1]]}"'

    return re.sub(r'\bonclick="([^"]*)"', named, page)


def with_policy(page):
    """Return a page with its policy as the first thing after its character set, before any script or style."""
    page = POLICY.sub("", page)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(page)}" />'
    return re.sub(r"(<meta charset=[^>]*>)", rf"\1\n    {meta}", page, count=1)


def policy(page):
    """Return the policy of a page: its own files, and the inline scripts and styles it has, by their SHA-256."""
    scripts = hashes(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page)
    # Compiling WebAssembly, for the reader who chooses ONNX Runtime, is not the eval of text
    wasm = " 'wasm-unsafe-eval'" if 'class="digit-pad"' in page else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self'{wasm}{scripts}",
            f"style-src 'self'{hashes(r'<style[^>]*>(.*?)</style>', page)}",
            "style-src-attr 'unsafe-inline'",  # formulas are placed by style attributes
            "img-src 'self' data:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ]
    )


def hashes(element, page):
    """Return the SHA-256 of what each such element of a page holds, as a policy lists them."""
    held = sorted({text for text in re.findall(element, page, flags=re.DOTALL)})
    digests = (hashlib.sha256(text.encode()).digest() for text in held)
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
