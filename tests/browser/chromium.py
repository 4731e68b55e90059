"""Which browser is driven, and how it is started."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PATH = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
# ms until something expected counts as missing: a machine that does much else is slow, not wrong.
PATIENCE = 60_000
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def started() -> Iterator[Browser]:
    # A root account can start Chromium only without its sandbox.
    without = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as automation:
        browser = automation.chromium.launch(executable_path=PATH, args=[*QUIET, *without])
        yield browser
        browser.close()
