"""Embeds where they are meant to be: in a page of another site, with what that site's readers bring."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.browser.accessibility import violations

pytestmark = pytest.mark.django_db

EMBEDS = {
    "/embed/commitment/HLD-0018/": "Fair Recruitment Initiative",
    "/embed/matrix/": "Commitments by lead and agenda point",
    "/embed/agency/ilo/": "International Labour Organization: what it undertook",
    "/embed/agency/ilo/?as_of=2999-01-01": "This address cannot be answered",
    "/embed/commitment/HLD-9999/": "Not found",
}
KILOBYTES_20 = 20 * 1024


@contextmanager
def another_site(html):
    """A site of one page, at an origin of its own."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def frames(*addresses):
    return "<!DOCTYPE html><html lang=en><title>Elsewhere</title><h1>Elsewhere</h1>" + "".join(
        f'<iframe src="{address}" title="{address}" width="300" height="400"></iframe>' for address in addresses
    )


def test_embeds_are_shown_by_another_site_and_ordinary_pages_are_not(open_page, site, complaints):
    page = open_page(reduced_motion="reduce")
    moved = {}
    page.on("response", lambda answer: moved.setdefault(answer.url.removeprefix(site), answer))
    ordinary = ["/", "/commitments/HLD-0018/", "/agencies/ilo/", "/accounts/login/"]

    with another_site(frames(*(site + address for address in [*EMBEDS, *ordinary]))) as elsewhere:
        page.goto(elsewhere, wait_until="networkidle")

    shown = {frame.url.removeprefix(site): frame for frame in page.frames if frame.url.startswith(site)}
    assert {address: frame.locator("h1").inner_text() for address, frame in shown.items()} == EMBEDS
    assert sum("frame-ancestors 'none'" in text for text in complaints) == len(ordinary)
    for frame in shown.values():
        assert violations(frame) == []
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.context.cookies() == []
    sheets = [len(answer.body()) for address, answer in moved.items() if address.endswith(".css")]
    assert len(sheets) == 2
    assert all(len(moved[address].body()) + sum(sheets) < KILOBYTES_20 for address in EMBEDS)
    assert not [address for address in moved if address.startswith("/static/") and not address.endswith(".css")]

    with page.context.expect_page() as opened:
        shown["/embed/commitment/HLD-0018/"].get_by_role("link", name="Fair Recruitment Initiative").click()
    assert opened.value.url == f"{site}/commitments/HLD-0018/"
    assert opened.value.evaluate("opener") is None
