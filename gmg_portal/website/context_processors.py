"""Template variables of every page."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


def site(request: HttpRequest) -> dict[str, object]:
    """Return the navigation, the footer and the contact address."""
    return {
        "navigation": _navigation(request.path),
        "footer": _footer(settings.CONTACT_EMAIL),
        "contact_email": settings.CONTACT_EMAIL,
    }


def _navigation(path: str) -> list[dict]:
    links = _links(
        ("commitments:list", _("Commitments")),
        ("agenda:list", _("Agenda")),
        ("agencies:list", _("Agencies")),
        ("workgroups:list", _("Work groups")),
        ("recommendations:list", _("Recommendations")),
        ("gaps", _("Gaps")),
        ("timeline", _("Timeline")),
        ("data", _("Data")),
        ("about", _("About")),
    )
    return [link | {"current": path.startswith(link["url"])} for link in links]


def _footer(contact_email: str) -> list[dict]:
    contact_links = [{"url": f"mailto:{contact_email}", "label": _("Report a mistake")}] if contact_email else []
    return [
        {
            "title": _("The record"),
            "entries": _links(
                ("commitments:list", _("Commitments")),
                ("agenda:list", _("The eight-point agenda")),
                ("agenda:convergence", _("Convergence table")),
                ("agencies:list", _("Agencies")),
                ("workgroups:list", _("Work groups")),
                ("recommendations:list", _("Recommendations")),
            ),
        },
        {
            "title": _("What moves"),
            "entries": _links(
                ("timeline", _("Timeline")),
                ("compare", _("Compare two days")),
                ("gaps", _("Gaps")),
                ("changes-feed", _("Feed of changes")),
                ("due-calendar", _("Calendar of due days")),
            ),
        },
        {
            "title": _("For use elsewhere"),
            "entries": _links(("data", _("Data files")), ("editions", _("Editions")), ("api:docs", _("API"))),
        },
        {
            "title": _("About"),
            "entries": [
                *_links(
                    ("about", _("The group and this register")),
                    ("methods", _("Methods")),
                    ("accessibility", _("Accessibility")),
                    ("admin:index", _("Editors’ side")),
                ),
                *contact_links,
            ],
        },
    ]


def _links(*entries: tuple[str, str]) -> list[dict]:
    return [{"url": reverse(name), "label": label} for name, label in entries]
