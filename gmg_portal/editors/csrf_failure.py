"""The page shown when a form fails the CSRF check, which keeps the text that was typed.

The check fails when the session has ended or changed, or without cookies. Signing out leaves the token of an open form
valid, so the admin site shows this page as well, for forms that arrive after signing out.

The text is shown, and can be sent again with one button, only if the form came from this site. Otherwise another site
could show its own text to the reader and have it sent by one press of a button.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.forms.idempotent import SECRET_FIELD
from gmg_portal.editors.forms.idempotent import TypedField, typed_lines

# Text typed there is a password, a code, or a user name field into which a password may have been typed.
ACCOUNTS_PREFIX = "/accounts/"


@dataclass(frozen=True)
class HiddenField:
    """A typed value that the page sends again after the sign-in, without showing it."""

    name: str
    value: str


def is_signed_out_form(request: HttpRequest) -> bool:
    """Return whether this is a form with typed text from a page of this site, sent without being signed in.

    Scripts do not accept HTML. They are redirected to the sign-in page, from which they know that the session ended.
    """
    if request.method != "POST" or request.user.is_authenticated:
        return False
    if "text/html" not in request.headers.get("Accept", "") or not is_same_origin(request):
        return False
    return bool(request.FILES or visible_fields(posted_fields(request)))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return a 403 page that explains the failure and shows the typed text, without secrets and contents of files."""
    may_show_fields = is_same_origin(request) and not request.path.startswith(ACCOUNTS_PREFIX)
    fields = posted_fields(request) if may_show_fields else {}
    user = getattr(request, "user", None)
    is_signed_in = user is not None and user.is_authenticated
    context = {
        "is_same_origin": is_same_origin(request),
        "is_signed_in": is_signed_in,
        "person": (user.get_full_name() or user.get_username()) if is_signed_in else "",
        "lines": visible_fields(fields),
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


def is_same_origin(request: HttpRequest) -> bool:
    """Return whether the browser states that a page of this site sent the form, by Origin or Sec-Fetch-Site."""
    origin = request.headers.get("Origin", "")
    if origin:
        return origin == f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Sec-Fetch-Site", "") == "same-origin"


def posted_fields(request: HttpRequest) -> dict[str, list[str]]:
    """Return the values of each posted field, without tokens and secrets."""
    return {name: request.POST.getlist(name) for name in request.POST if not SECRET_FIELD.search(name)}


def visible_fields(fields: dict[str, list[str]]) -> list[TypedField]:
    """Return the typed fields that a person recognizes, each with a label; keys, tokens and counts are left out."""
    return typed_lines({name: values for name, values in fields.items() if not is_internal_field(name)})


def is_internal_field(name: str) -> bool:
    """Return whether a field was not typed by a person: submit buttons, and hidden fields of formsets."""
    return name.startswith("_") or "-_" in name
