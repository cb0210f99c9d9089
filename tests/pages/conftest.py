"""Builds the site once, serves it, and opens its pages in a headless Chromium."""

import pytest

from tools import browser, vendor
from tools.build import SITE, build


def pytest_sessionstart(session):
    """Build the site and fetch axe-core before any worker opens a page."""
    if not hasattr(session.config, "workerinput"):
        build(quiet=True)
        vendor.folder("axe-core")


@pytest.fixture(scope="session")
def site():
    """Serve the site on a free port; return both addresses by name."""
    with browser.served(SITE) as address:
        yield {"http": address, "file": SITE.as_uri()}


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
        opened.asked, opened.complaints = [], []
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.on(
            "requestfailed", lambda request: opened.complaints.append(f"failed: {request.url}")
        )
        opened.on("pageerror", lambda problem: opened.complaints.append(f"error: {problem}"))
        opened.on(
            "console",
            lambda said: said.type in ("error", "warning") and opened.complaints.append(said.text),
        )
        opened.goto(f"{site[way]}/{page}")
        # Not this alone: over file:// the network rests while a slow machine is still reading the page
        opened.wait_for_load_state("networkidle")
        return opened

    yield go
    for context in contexts:
        context.close()
