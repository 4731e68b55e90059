"""Publishing several rows at once: the list's action with its confirmation, and the loop that the queue shares."""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commitments.workflow import Reviewed
from gmg_portal.editors.views.workflow_actions.definitions import PUBLISH, row_name
from gmg_portal.editors.views.workflow_actions.refusals import refusal_reason
from reporting import actions


@admin.action(description=gettext_lazy("Publish selected"), permissions=["review"])
def publish_selected(table: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
    """Publish the selected rows one by one after confirmation, and show why a row was refused."""
    if "confirmed" in request.POST:
        publish_each(request, ((row, request.POST.get(f"seen_{row.pk}")) for row in queryset))
        return None
    context = {
        **table.admin_site.each_context(request),
        "opts": table.opts,
        "title": _("Publish selected"),
        "rows": queryset,
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/workflow/publish_selected.html", context)


def publish_each(request: HttpRequest, rows: Iterable[tuple[Reviewed, str | None]]) -> None:
    """Publish rows one by one, if each still has the version that was shown. Show the number and the refusals."""
    published = 0
    for row, seen in rows:
        try:
            actions.publish(row, by=request.user, seen=_version(seen))
            published += 1
        except PermissionDenied:
            _report_refusal(request, row, refusal_reason(PUBLISH, row, request.user))
        except ValidationError as error:
            _report_refusal(request, row, " ".join(error.messages))
    if published:
        text = ngettext("%(count)s was published.", "%(count)s were published.", published)
        messages.success(request, text % {"count": published})


def _report_refusal(request: HttpRequest, row: Model, reason: str) -> None:
    messages.error(request, _("%(row)s: %(reason)s") % {"row": row_name(row), "reason": reason})


def _version(text: str | None) -> int:
    """Return the version that was shown; 0, which no row has, if the input is invalid."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
