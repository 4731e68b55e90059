"""Refused query parameters: the exception, its texts, its page, and its entry in the audit log."""

from collections.abc import Iterable

from django.contrib.admin import AdminSite
from django.db.models.options import Options
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

MAX_SHOWN_NAME = 200


class ListQueryRefused(Exception):
    """A query parameter that a list does not take, with an error message and the allowed values."""

    def __init__(self, parameter: str, problem: str, allowed: list[str]):
        super().__init__(problem)
        self.parameter = parameter
        self.problem = problem
        self.allowed = allowed


def note_refusal(request: HttpRequest, reason: str) -> None:
    """Make the audit log record this request as refused, with any status code; see `RequestContextMiddleware`."""
    request.refusal = reason.replace("\0", "")


def unknown_parameter(name: str, allowed: Iterable[str]) -> ListQueryRefused:
    """Return the error of a parameter that the list does not take, with all that it takes."""
    problem = _("‘%(parameter)s’ is not a parameter of this list.") % {"parameter": shorten(name)}
    return ListQueryRefused(name, problem, sorted(allowed))


def value_refused(parameter: str, value: str, allowed: list[str] | None = None) -> ListQueryRefused:
    """Return the error of a value that a filter does not take, with the allowed values where they are few."""
    problem = _("%(parameter)s: ‘%(value)s’ is not a valid value of this filter.") % {
        "parameter": shorten(parameter),
        "value": shorten(value),
    }
    return ListQueryRefused(parameter, problem, allowed or [])


def shorten(text: str) -> str:
    """Cut a text of the address to MAX_SHOWN_NAME characters, since an error repeats it."""
    return text if len(text) <= MAX_SHOWN_NAME else f"{text[:MAX_SHOWN_NAME]}…"


def null_character_problem() -> str:
    """Return the sentence for searches that `is_text` refuses."""
    return _("The search holds a null character, which no text here contains. Remove it and search again.")


def refused_response(
    request: HttpRequest, site: AdminSite, refusal: ListQueryRefused, opts: Options | None = None
) -> TemplateResponse:
    """Return a page that says what was refused (400), and let the audit log record it; `opts` are those of a table."""
    note_refusal(request, f"parameter {refusal.parameter}" if refusal.parameter else "parameters")
    title = _("There is a problem with this link")
    context = {**site.each_context(request), "title": title, "opts": opts, "refusal": refusal}
    return TemplateResponse(request, "admin/errors/list_query_refused.html", context, status=400)
