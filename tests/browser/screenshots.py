"""Take the pictures of docs/screenshots/ from a portal that runs with the real data: `make screenshots`."""

import sys
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import PHONE, WIDE, started

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
PAGES = {
    "home": "/",
    "register": "/commitments/?agenda_point=2&status=completed&status=ongoing",
    "commitment": "/commitments/HLD-0018/",
    "agency": "/agencies/ilo/",
    "gaps": "/gaps/",
}
WAYS = {
    "desktop": {"viewport": WIDE},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
}
TALLEST = 2200  # pixels: of a long page its first part tells how it looks


def take(browser: Browser, site: str) -> None:
    for way, options in WAYS.items():
        context = browser.new_context(**options)
        page = context.new_page()
        for name, address in PAGES.items():
            page.goto(site + address, wait_until="networkidle")
            width = options["viewport"]["width"]
            height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
            clip = {"x": 0, "y": 0, "width": width, "height": height}
            page.screenshot(path=FOLDER / f"{name}-{way}.png", full_page=True, clip=clip)
        context.close()


if __name__ == "__main__":
    with started() as browser:
        take(browser, sys.argv[1].rstrip("/"))
