"""Builds the site once, serves it, and opens its pages in a headless Chromium."""

import functools
import http.server
import threading

import pytest

from tools import browser, vendor
from tools.build import SITE, build


def pytest_sessionstart(session):
    """Build the site and fetch axe-core before any worker opens a page."""
    if not hasattr(session.config, "workerinput"):
        build(quiet=True)
        vendor.folder("axe-core")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves the site without a line on stderr."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site():
    """Serve the site on a free port; return both addresses by name."""
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(QuietHandler, directory=SITE)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"http": f"http://127.0.0.1:{server.server_port}", "file": SITE.as_uri()}
        server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    with browser.opened() as opened:
        yield opened


@pytest.fixture
def visit(site, chromium):
    """Return a function that opens a page and returns it with everything it asked for or complained of."""
    contexts = []

    def go(page, way="http", watch="", **options):
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = chromium.new_context(**options)
        contexts.append(context)
        opened = context.new_page()
        opened.add_init_script(watch)
        opened.asked, opened.complaints, opened.weight = [], [], []
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.on(
            "requestfailed", lambda request: opened.complaints.append(f"failed: {request.url}")
        )
        opened.on("pageerror", lambda problem: opened.complaints.append(f"error: {problem}"))
        opened.on(
            "console",
            lambda said: said.type in ("error", "warning") and opened.complaints.append(said.text),
        )
        opened.on("response", lambda response: opened.weight.append(response))
        opened.goto(f"{site[way]}/{page}", wait_until="networkidle")
        return opened

    yield go
    for context in contexts:
        context.close()
