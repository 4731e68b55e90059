"""Template variables of every page."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.http.public_pages import Menu, MenuEntry, public_urls

FOOTER_TITLES = {
    Menu.RECORD: _("The record"),
    Menu.CHANGES: _("What moves"),
    Menu.REUSE: _("For use elsewhere"),
    Menu.ABOUT: _("About"),
}
# Entries that lead to no public page, by the name of the URL.
OTHER_ENTRIES = {
    "changes-feed": MenuEntry(Menu.CHANGES, 40, _("Feed of changes")),
    "due-calendar": MenuEntry(Menu.CHANGES, 50, _("Calendar of deadlines")),
    "api:docs": MenuEntry(Menu.REUSE, 30, _("API")),
    "admin:index": MenuEntry(Menu.ABOUT, 40, _("Editor area")),
}


def site(request: HttpRequest) -> dict[str, object]:
    """Return the navigation, the footer and the contact address."""
    menus = _menus()
    return {
        "navigation": [link | {"current": request.path.startswith(link["url"])} for link in menus[Menu.MAIN]],
        "footer": [{"title": title, "entries": menus[menu]} for menu, title in FOOTER_TITLES.items()],
        "contact_email": settings.CONTACT_EMAIL,
    }


def _menus() -> dict[Menu, list[dict]]:
    """Return the links of each menu, as the pages declare them, in the order of their positions."""
    entries = [(url.name, entry) for url in public_urls() for entry in url.page.menus] + [*OTHER_ENTRIES.items()]
    menus: dict[Menu, list[dict]] = {menu: [] for menu in Menu}
    for name, entry in sorted(entries, key=lambda item: item[1].position):
        menus[entry.menu].append({"url": reverse(name), "label": entry.label})
    if settings.CONTACT_EMAIL:
        menus[Menu.ABOUT].append({"url": f"mailto:{settings.CONTACT_EMAIL}", "label": _("Report a mistake")})
    return menus
