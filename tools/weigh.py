"""Weigh the built pages in a slowed browser: bytes, requests, time to paint, jumps, time from key to paint."""

import gzip
from urllib.parse import urlparse

SLOWED = 4  # times: a cheap phone against this machine
LONGEST_WAIT = 2000  # milliseconds for the paint that answers a key
WATCH = """
window.seen = {lcp: 0, jumped: 0, events: []};
const see = (type, tell) => new PerformanceObserver(list => list.getEntries().forEach(tell))
    .observe({type, buffered: true, durationThreshold: 16});
see('largest-contentful-paint', entry => { window.seen.lcp = entry.startTime; });
see('layout-shift', entry => { if (!entry.hadRecentInput) window.seen.jumped += entry.value; });
see('event', entry => window.seen.events.push([entry.name, entry.duration]));
"""


def weigh(context, url, slowed=SLOWED):
    """Open an address in a fresh browser context and return what its first view costs.

    The result: kB (compressed as a server would send it), requests, foreign (of them, to another host),
    lcp (milliseconds to the largest paint with the processor slowed), cls (how far it jumps), and the open page.
    """
    page = context.new_page()
    page.add_init_script(WATCH)
    asked, answered = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: answered.append(response))
    slow(page, slowed)
    page.goto(url, wait_until="load")
    page.wait_for_load_state("networkidle")
    seen = page.evaluate("window.seen")
    asked = [address for address in asked if not address.startswith(("data:", "blob:"))]
    return {
        "kB": sum(map(compressed, answered)) / 1000,
        "requests": len(asked),
        "foreign": sum(urlparse(address).hostname not in ("127.0.0.1", None) for address in asked),
        "lcp": seen["lcp"],
        "cls": seen["jumped"],
        "page": page,
    }


def slow(page, times):
    """Slow the page's processor by this factor."""
    client = page.context.new_cdp_session(page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": times})


def key_to_paint(page, knob, keys):
    """Press keys on a focused control and return the milliseconds from each key to the paint that answers it.

    The browser's own clock (Event Timing) rounds to 8 ms and leaves out what took less than 16.
    """
    knob.focus()
    times = []
    for key in keys:
        page.evaluate("window.seen.events.length = 0")
        page.keyboard.press(key)
        page.wait_for_timeout(150)
        events = page.evaluate("window.seen.events")
        times.append(max((duration for _, duration in events), default=16))
    return times


def compressed(response):
    """Return the bytes of a response as a server would send it: text gzipped, pictures and fonts as they are."""
    if urlparse(response.url).scheme in ("data", "blob") or not response.ok:
        return 0
    body = response.body()
    return min(len(body), len(gzip.compress(body, 6)))
