"""Find a Chromium and open it headless, closed to every host but this machine; serve it a folder."""

import contextlib
import functools
import http.server
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
PLACES = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--force-color-profile=srgb",
]


def find():
    """Return the path of a Chromium on this machine, or None."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or next((place for place in PLACES if Path(place).exists()), None)


def ensure():
    """Return the path of a Chromium, installing Debian's where that is possible; else end with what to do."""
    if find() is None and shutil.which("apt-get"):
        print("installing Debian's Chromium and a Chinese font for the page checks …", flush=True)
        for step in (["update", "-qq"], ["install", "-y", "-qq", "chromium", "fonts-noto-cjk"]):
            subprocess.run(["apt-get", *step], stdout=subprocess.DEVNULL, check=False)
    return find() or sys.exit(
        "The page checks need a Chromium and found none. Install Chromium or Chrome "
        "(Debian: apt-get install chromium), then run the same command again."
    )


@contextlib.contextmanager
def opened():
    """Yield a headless Chromium (a Playwright browser)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def served(folder):
    """Yield the address at which a folder is served on this machine, without a line on stderr."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
