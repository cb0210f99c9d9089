"""Weigh every page beside the same page of an untouched Jupyter Book, in a slowed browser (make weigh)."""

import contextlib
import datetime
import gzip
import json
import statistics
import tempfile
from pathlib import Path
from urllib.parse import urlparse

from playwright.sync_api import TimeoutError

from tools import browser, ledger, plain
from tools.build import SITE, build
from web.weights import WEIGHTS

SLOWED = 4  # times: a cheap phone against this machine
KEYS = ["Home", *["ArrowRight"] * 8]
NAMELESS = (
    r"[...document.images].filter(one => !one.alt || /\.(png|svg|jpe?g)$/.test(one.alt)).length"
)
WATCH = """
window.seen = {lcp: 0, jumped: 0, events: []};
const see = (type, tell) => new PerformanceObserver(list => list.getEntries().forEach(tell))
    .observe({type, buffered: true, durationThreshold: 16});
see('largest-contentful-paint', entry => { window.seen.lcp = entry.startTime; });
see('layout-shift', entry => { if (!entry.hadRecentInput) window.seen.jumped += entry.value; });
see('event', entry => window.seen.events.push(entry.duration));
"""


def view(context, url, prepare=lambda page: None):
    """Open an address in a fresh browser context and return what its first view costs.

    The result: kB (compressed as a server would send it), requests, foreign (of them, to another host),
    lcp (milliseconds to the largest paint with the processor slowed), cls (how far it jumps), and the open page.
    prepare: called with the page before it goes there.
    """
    page = context.new_page()
    page.add_init_script(WATCH)
    prepare(page)
    asked, answered = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: answered.append(response))
    client = context.new_cdp_session(page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    page.goto(url, wait_until="load")
    page.wait_for_load_state("networkidle")
    hosts = [urlparse(a).hostname for a in asked if not a.startswith(("data:", "blob:"))]
    seen = page.evaluate("window.seen")
    return {
        "kB": sum(map(compressed, answered)) / 1000,
        "requests": len(hosts),
        "foreign": sum(host != "127.0.0.1" for host in hosts),
        "lcp": seen["lcp"],
        "cls": seen["jumped"],
        "page": page,
    }


def compressed(response):
    """Return the bytes of a response as a server would send it: text gzipped, pictures and fonts as they are."""
    if urlparse(response.url).scheme in ("data", "blob") or not response.ok:
        return 0
    body = response.body()
    return min(len(body), len(gzip.compress(body, 6)))


def key_to_paint(page, knob):
    """Move a slider by keys and return the middle of the milliseconds from a key to the paint that answers it.

    The browser's own clock (Event Timing) rounds to 8 ms and leaves out what took less than 16.
    """
    knob.scroll_into_view_if_needed()
    near = "sheet => sheet.complete || sheet.getBoundingClientRect().top > innerHeight"
    page.wait_for_function(f"() => [...document.querySelectorAll('.slider-sheet')].every({near})")
    knob.focus()
    times = []
    for key in KEYS:
        page.evaluate("window.seen.events.length = 0")
        page.keyboard.press(key)
        page.wait_for_timeout(150)
        times.append(max(page.evaluate("window.seen.events"), default=16))
    return statistics.median(times)


def weigh(chromium, url, prepare=lambda page: None):
    """Return what a page costs (see `view`), the better of two visits for time, and what its pictures and sliders do.

    nameless: pictures whose description is missing or a file's name. key: milliseconds from a key to the slider's
    next paint, the slowest slider of the page; None where there is none.
    """
    costs = [_visit(chromium, url, prepare) for _ in range(2)]
    best = {**costs[0], **{name: _least(costs, name) for name in ("lcp", "cls", "key")}}
    return {name: _rounded(value) for name, value in best.items()}


def _visit(chromium, url, prepare, again=True):
    """Return what one view costs, and what its pictures and sliders do; a page that never rests gets a second try."""
    try:
        with contextlib.closing(chromium.new_context(viewport={"width": 1280, "height": 900})) as c:
            cost = view(c, url, prepare)
            page = cost.pop("page")
            knobs = page.locator(".slider-alive:visible input[type=range]")
            times = [key_to_paint(page, knobs.nth(i)) for i in range(knobs.count())]
            nameless = page.evaluate(NAMELESS)
        return {**cost, "nameless": nameless, "key": max(times, default=None)}
    except TimeoutError:
        if not again:
            raise
        return _visit(chromium, url, prepare, again=False)


def _least(costs, name):
    return min((cost[name] for cost in costs if cost[name] is not None), default=None)


def _rounded(value):
    return value if value is None else round(value, 3) if value < 1 else round(value)


def main():
    """Weigh all pages, ours and untouched, and write data/weights.json."""
    build(quiet=True)
    back = [f"back/{name}.html" for name in ledger.listed("back")]
    chapters = [f"chapters/{name}.html" for name in ledger.listed("chapters")]
    weights = {"date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", "pages": {}}
    with tempfile.TemporaryDirectory() as folder, browser.opened() as chromium:
        with (
            browser.served(SITE) as ours,
            browser.served(plain.build(Path(folder) / "book")) as theirs,
        ):
            for name in ["README.html", *chapters, *back, "search.html"]:
                weights["pages"][name] = {
                    "ours": weigh(chromium, f"{ours}/{name}"),
                    "plain": weigh(chromium, f"{theirs}/{name}", plain.lend_mathjax),
                }
                print(name, weights["pages"][name], flush=True)
    text = json.dumps(weights, indent=1) + "\n"
    WEIGHTS.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
