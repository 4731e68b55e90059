"""A small client of the GMG HLD follow-up portal. It needs `requests` alone: copy it beside your own program.

    from portal import Portal

    portal = Portal("http://127.0.0.1:8000")
    for commitment in portal.walk("commitments", agency="ilo", status=["completed", "ongoing"]):
        print(commitment["reference"], commitment["title"])

The words are those of the API (`/api/v1/docs/`). What it does not know is refused and never ignored, so that an error
is always seen: as a `Problem`, with a sentence for each word that is wrong.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

import requests

Row = dict[str, Any]
Word = str | int | Iterable[str | int] | None

# Answers that say "later", mostly with how much later.
LATER = (429, 503)
# Of one walk: rows a page, and the word that asks for pages which edits in between neither shift nor repeat.
PAGE_SIZE = 200
FROM_THE_FIRST = "*"
KEPT = 500  # answers whose ETag is remembered


class Problem(Exception):
    """Problem of the API (RFC 9457): `detail` explains it in a sentence, `errors` lists it by parameter or field."""

    def __init__(self, status: int, detail: str, errors: list[Row] | None = None):
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors or []

    def __str__(self) -> str:
        words = [f"{error.get('parameter', '')}: {error.get('detail', '')}" for error in self.errors]
        return "\n".join([f"{self.status} {self.detail}", *words])


@dataclass
class Kept:
    """An answer with its validator; asked with it, the portal sends the body only if the record has moved."""

    etag: str
    body: Any
    next: str | None


@dataclass
class Portal:
    """The portal at an address; `patience` is how many seconds altogether a call may wait when told to come later."""

    address: str = "http://127.0.0.1:8000"
    patience: float = 120
    timeout: float = 30
    session: requests.Session = field(default_factory=requests.Session)
    _kept: OrderedDict[str, Kept] = field(default_factory=OrderedDict, repr=False)

    def get(self, path: str, **words: Word) -> Any:
        """One answer: `get("commitments/HLD-0001")`, `get("summary/matrix", as_of="2015-12-31")`."""
        return self._ask(self._url(path, words)).body

    def walk(self, path: str, **words: Word) -> Iterator[Row]:
        """Every row of a list, page by page, in the order of entry, which edits in between do not disturb."""
        page = self._ask(self._url(path, {"cursor": FROM_THE_FIRST, "page_size": PAGE_SIZE, **words}))
        yield from page.body["results"]
        while page.next:
            page = self._ask(page.next)
            yield from page.body["results"]

    def overdue(self, agency: str, **words: Word) -> list[Row]:
        """Return the commitments of an agency whose report is overdue, or that never had one."""
        return list(self.walk("commitments", lead=agency, freshness=["overdue", "never_reported"], **words))

    def matrix(self, **words: Word) -> list[list[str | int]]:
        """Leads × agenda points as rows of a table, the first of which is its head."""
        matrix = self.get("summary/matrix", **words)
        head = ["Lead", *(f"{point['code']}. {point['title']}" for point in matrix["agenda_points"]), "All"]
        rows = [
            [row["lead"]["title"], *(cell["count"] for cell in row["cells"]), row["total"]["count"]]
            for row in matrix["rows"]
        ]
        return [head, *rows]

    def _url(self, path: str, words: dict[str, Word]) -> str:
        base = urljoin(self.address.rstrip("/") + "/", f"api/v1/{path.strip('/')}/")
        params = {word: value for word, value in words.items() if value is not None}
        return requests.Request("GET", base, params=params).prepare().url or base

    def _ask(self, address: str) -> Kept:
        """The answer to an address, from memory where the portal says that it still holds."""
        kept = self._kept.get(address)
        response = self._patiently(address, {"If-None-Match": kept.etag} if kept else {})
        if response.status_code == 304 and kept:
            self._kept.move_to_end(address)
            return kept
        if not response.ok:
            raise _problem(response)
        body = response.json()
        followed = body.get("next") if isinstance(body, dict) else None
        answer = Kept(response.headers.get("ETag", ""), body, followed or response.links.get("next", {}).get("url"))
        if answer.etag:
            self._kept[address] = answer
            self._kept.move_to_end(address)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return answer

    def _patiently(self, address: str, headers: dict[str, str]) -> requests.Response:
        """Ask, and when told to come later, come later."""
        waited = 0.0
        while True:
            response = self.session.get(
                address, headers={"Accept": "application/json", **headers}, timeout=self.timeout
            )
            pause = _seconds(response.headers.get("Retry-After"))
            if response.status_code not in LATER or pause is None or waited + pause > self.patience:
                return response
            time.sleep(pause)
            waited += pause or 1


def _seconds(text: str | None) -> float | None:
    """Return the seconds to wait by `Retry-After`, which names seconds or a date."""
    if not text:
        return None
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _problem(response: requests.Response) -> Problem:
    try:
        problem = response.json()
        return Problem(response.status_code, problem["detail"], problem.get("errors"))
    except (ValueError, TypeError, KeyError):
        return Problem(response.status_code, response.reason or "The portal gave no reason.")
