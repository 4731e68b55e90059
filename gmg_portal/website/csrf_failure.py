"""The page for a form that arrives with a sign-in that is over or another, or without cookies: nothing typed is lost.

Signing out leaves the token of an open form valid, so `editors` shows the page too, where a form arrives signed out.

The text is shown, and can be sent again with one button, only where the form came from this very site: otherwise
another site could lay words of its own before the reader, and have them sent by one press of a button.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from agencies.idempotent_forms import SECRET
from gmg_portal.editors.idempotent_forms import TypedField, typed_lines

# All that is typed there is a password, a code or a name that may be one.
ACCOUNTS = "/accounts/"


@dataclass(frozen=True)
class HiddenField:
    name: str
    value: str


def is_signed_out_form(request: HttpRequest) -> bool:
    """Return whether somebody who is not signed in sent a form with something typed in it, from a page of this site.

    Scripts ask for no HTML: they are led to the sign-in page, by which they know that the sign-in is over.
    """
    if request.method != "POST" or request.user.is_authenticated:
        return False
    if "text/html" not in request.headers.get("Accept", "") or not is_from_here(request):
        return False
    return bool(request.FILES or lines_of(sent_fields(request)))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403, say what happened, and show what was typed, without secrets and without what is in files."""
    fields = sent_fields(request) if is_from_here(request) and not request.path.startswith(ACCOUNTS) else {}
    user = getattr(request, "user", None)
    is_signed_in = user is not None and user.is_authenticated
    context = {
        "is_from_here": is_from_here(request),
        "is_signed_in": is_signed_in,
        "person": (user.get_full_name() or user.get_username()) if is_signed_in else "",
        "lines": lines_of(fields),
        "hidden": [HiddenField(name, value) for name, values in fields.items() for value in values],
        "files": [file.name for name in request.FILES for file in request.FILES.getlist(name)] if fields else [],
        "address": request.get_full_path(),
        "sign_in": f"{reverse('accounts:login')}?{urlencode({'next': reverse('accounts:profile')})}",
        "needs_sign_in": request.path.startswith("/admin/") and not is_signed_in,
        "title": _("Your form was not saved"),
    }
    response = render(request, "errors/csrf_failure.html", context, status=403)
    response["Cache-Control"] = "private, no-store"
    return response


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very site sent the form."""
    origin = request.headers.get("Origin", "")
    if origin:
        return origin == f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Sec-Fetch-Site", "") == "same-origin"


def sent_fields(request: HttpRequest) -> dict[str, list[str]]:
    """Return what was sent by name, without tokens and secrets."""
    return {name: request.POST.getlist(name) for name in request.POST if not SECRET.search(name)}


def lines_of(fields: dict[str, list[str]]) -> list[TypedField]:
    return typed_lines({name: values for name, values in fields.items() if not is_machinery(name)})


def is_machinery(name: str) -> bool:
    return name.startswith("_") or "-_" in name
