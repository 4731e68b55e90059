"""Declarations of the public pages: each page is declared once, on the class of its view.

The strict check of the query string, the form that chooses a day, the menus, the sitemap and the links to the API read
these declarations. `public_urls()` finds them through the URL configuration.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import ClassVar

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.functional import Promise

from foundation.filters.as_of import PageQuery


class Menu(StrEnum):
    """The navigation at the head of every page, and the columns of the footer."""

    MAIN = "main"
    RECORD = "record"
    CHANGES = "changes"
    REUSE = "reuse"
    ABOUT = "about"


@dataclass(frozen=True)
class MenuEntry:
    """A link in a menu. The entries of a menu are sorted by `position`."""

    menu: Menu
    position: int
    label: Promise


class StrictQuery:
    """A view whose query parameters are checked before it runs: it refuses unknown and repeated ones, and invalid days.

    `accepted_params` is None for a view whose own form checks the parameters. `query` has the values of the others.
    """

    accepted_params: ClassVar[frozenset[str] | None] = frozenset({"as_of"})
    query: PageQuery

    def setup(self, request: HttpRequest, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.query = PageQuery.parse(request.GET)


class PublicPage(StrictQuery):
    """A public page. Its content does not depend on the day, but it accepts `as_of`, because links carry it on."""

    # Whether the page shows the record of the day `as_of`, and so the form that chooses a day.
    supports_as_of: ClassVar[bool] = False
    menus: ClassVar[tuple[MenuEntry, ...]] = ()
    in_sitemap: ClassVar[bool] = True
    # The name of the API's URL that has the same data.
    api_route: ClassVar[str] = ""

    def get_context_data(self, **kwargs):
        return super().get_context_data(supports_as_of=self.supports_as_of, as_of=self.query.day, **kwargs)


class RecordPage(PublicPage):
    """A public page that shows the record of the day `as_of`."""

    supports_as_of = True


@dataclass(frozen=True)
class PublicURL:
    """The URL of a public page: its name, the class of its view, and whether it takes arguments."""

    name: str
    page: type[PublicPage]
    takes_arguments: bool


@cache
def public_urls() -> tuple[PublicURL, ...]:
    """Return the URLs of all public pages, in the order of the URL configuration."""
    return tuple(_public_urls((get_resolver(),), ""))


def _public_urls(route: tuple[URLResolver, ...], namespace: str) -> Iterator[PublicURL]:
    for pattern in route[-1].url_patterns:
        if isinstance(pattern, URLResolver):
            prefix = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _public_urls((*route, pattern), prefix)
        elif page := public_page(pattern.callback):
            yield PublicURL(f"{namespace}{pattern.name}", page, _takes_arguments((*route, pattern)))


def public_page(view: object) -> type[PublicPage] | None:
    """Return the class of a view function if it is a public page, else None."""
    page = getattr(view, "view_class", None)
    return page if page is not None and issubclass(page, PublicPage) else None


def _takes_arguments(route: tuple[URLResolver | URLPattern, ...]) -> bool:
    return any(part.pattern.regex.groups for part in route)
