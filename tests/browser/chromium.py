"""Which browser is driven, and how it is started."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

# The first that is there. The shell is the same engine without windows, and takes two thirds of the processor time.
PROGRAMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
PATH = next(filter(None, map(shutil.which, PROGRAMS)), None)
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
# Switch off what costs time and changes nothing that is looked at: further painting threads, spare processes for other
# sites, a new frame for each document. Chromium takes the last list of features alone, so the list of the automation is
# repeated after ours.
CHEAP = [
    "--num-raster-threads=1",
    "--renderer-process-limit=1",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-features=RenderDocument,SpareRendererForSitePerProcess,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,OptimizationHints,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,NetworkTimeServiceQuerying,AimEnabled,"
    "PreconnectToSearch",
]
# ms until something expected counts as missing: a machine that does much else is slow, not wrong.
BROWSER_TIMEOUT = 60_000
SESSIONS: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def started() -> Iterator[Browser]:
    # A root account can start Chromium only without its sandbox.
    without = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as automation:
        browser = automation.chromium.launch(executable_path=PATH, args=[*QUIET, *CHEAP, *without])
        yield browser
        browser.close()


def resize(page: Page, size: dict[str, int]) -> None:
    """Lay the page out in another size; `set_viewport_size` resizes a window too, which takes twice as long."""
    if page not in SESSIONS:
        SESSIONS[page] = page.context.new_cdp_session(page)
    SESSIONS[page].send("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": 1, "mobile": False})
