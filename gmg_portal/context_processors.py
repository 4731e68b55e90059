from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _


def site(request):
    """What every page's head and foot need."""
    return {"navigation": _navigation(request.path), "contact_email": settings.CONTACT_EMAIL}


def _navigation(path: str) -> list[dict]:
    entries = [
        ("commitments:list", _("Commitments")),
        ("agenda:list", _("Agenda")),
        ("agencies:list", _("Agencies")),
        ("workgroups:list", _("Work groups")),
        ("recommendations:list", _("Recommendations")),
        ("gaps", _("Gaps")),
        ("timeline", _("Timeline")),
        ("data", _("Data")),
        ("about", _("About")),
    ]
    return [
        {"url": url, "label": label, "current": path.startswith(url)}
        for url, label in ((reverse(name), label) for name, label in entries)
    ]
