"""Import and export of drafts as spreadsheets, on pages beside the list of their table."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.forms import idempotent
from commitments.permissions import may_create_drafts
from foundation.clock import today
from gmg_portal.editors.context import EditorContext
from gmg_portal.editors.extra_views import EditorView, ExtraView
from gmg_portal.editors.forms.spreadsheet import ImportForm
from gmg_portal.editors.spreadsheets import upload_store
from gmg_portal.editors.spreadsheets.drafts import DraftResource
from gmg_portal.editors.spreadsheets.importing import CHANGED, NEW, UNCHANGED, ImportResult, import_file
from gmg_portal.editors.spreadsheets.reading import MAX_BYTES, MAX_ROWS, too_large
from gmg_portal.editors.spreadsheets.writing import FILES
from reporting.importers.results import ImportRefused

MAX_SHOWN = 500
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def spreadsheets_link(page: EditorContext) -> dict[str, str]:
    """Return the list's link to the import page; '' for users who may not start a draft."""
    return {"bulk_page": page.url("import") if page.allows(may_create_drafts) else ""}


class SpreadsheetView(EditorView):
    """A page that exports or imports a table of drafts, for users who may start a draft."""

    def dispatch(self, request, *args, **kwargs):
        if not self.page.allows(may_create_drafts):
            raise PermissionDenied(_("Only who writes drafts exports and imports them."))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def resource(self) -> DraftResource:
        return self.page.table.resource(self.request.user)

    def render(self, form: ImportForm, result: ImportResult | None = None, **more):
        """Render the import page, with the results of an import if there are any."""
        files = {file.replace(".", "_").replace("-", "_"): self.page.url("file", file=file) for file in FILES}
        context = self.page.page_context(
            _("%(table)s in bulk") % {"table": self.resource.label},
            form=form,
            resource=self.resource,
            files=files,
            confirm_page=self.page.url("confirm"),
            most_rows=MAX_ROWS,
            result=result,
            **(results_context(result) if result else {}),
            **more,
        )
        return TemplateResponse(self.request, "admin/workflow/import.html", context)


class FileView(SpreadsheetView):
    """The user's own drafts, or the template, as a file."""

    def get(self, request, file: str):
        if file not in FILES:
            raise Http404
        self.page.site.check_params(request)
        kind = file.rsplit(".", 1)[1]
        name = f"{today().isoformat()}.{kind}" if file.startswith("export") else file
        response = HttpResponse(FILES[file](self.resource), content_type=CONTENT_TYPES[kind])
        response["Content-Disposition"] = content_disposition_header(True, f"{self.resource.name}-{name}")
        response["Cache-Control"] = "private, no-store"
        return response


class ImportView(SpreadsheetView):
    """The upload form. On POST, do a dry run of the file and show its results."""

    def get(self, request):
        return self.render(ImportForm())

    def post(self, request):
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.render(form)
        upload = form.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            return self.render(form, ImportResult(refusals=(too_large(),)))
        content = upload.read()
        result = import_file(self.resource, content, dry_run=True)
        ticket = upload_store.store(content, request.user, self.resource.name) if result.does_something else ""
        return self.render(ImportForm(), result, ticket=ticket, file_name=upload.name)


class ConfirmView(SpreadsheetView):
    """Import the file of the dry run. It is checked again, and refused if rows changed in the meantime."""

    def get(self, request):
        return redirect(self.page.url("import"))

    def post(self, request):
        ticket = request.POST.get("ticket", "")
        try:
            with transaction.atomic():
                result = self.import_once(ticket)
        except ImportRefused as refusal:
            return self.render(ImportForm(), ImportResult(refusals=refusal.problems))
        if result is None:
            messages.warning(request, _("You sent this twice. The file was taken in once."))
            return redirect(self.page.url("changelist"))
        upload_store.drop(ticket, request.user, self.resource.name)
        if not result.is_clean:
            return self.render(ImportForm(), result, late=True)
        messages.success(request, success_message(result))
        return redirect(self.page.url("changelist"))

    def import_once(self, ticket: str) -> ImportResult | None:
        """Import the file and return the results; None if this ticket was already imported."""
        user, resource = self.request.user, self.resource
        key = upload_store.key_of(ticket, user, resource.name)
        submission = idempotent.lock_submission(key, form=f"import {resource.name}", fields={}, user=user)
        if submission is not None and submission.row is not None:
            return None
        result = import_file(resource, upload_store.load(ticket, user, resource.name), dry_run=False)
        idempotent.record_result(submission, user if result.is_clean else None)
        return result


def results_context(result: ImportResult) -> dict:
    """Return the context that lists the results: problems if there are any, else rows; both up to `MAX_SHOWN`."""
    counts = result.counts
    return {
        "problems": [(problem, result.letters.get(problem.column, "")) for problem in result.problems[:MAX_SHOWN]],
        "more_problems": max(len(result.problems) - MAX_SHOWN, 0),
        "lines": [] if result.problems else result.lines[:MAX_SHOWN],
        "more_lines": 0 if result.problems else max(len(result.lines) - MAX_SHOWN, 0),
        "counts": [counts[NEW], counts[CHANGED], counts[UNCHANGED]],
    }


def success_message(result: ImportResult) -> str:
    """Return the number of new, changed and unchanged drafts as a sentence."""
    counts = result.counts
    new = ngettext("%(count)d draft is new", "%(count)d drafts are new", counts[NEW]) % {"count": counts[NEW]}
    return _("Taken in: %(new)s, %(changed)d changed, %(unchanged)d left as they were.") % {
        "new": new,
        "changed": counts[CHANGED],
        "unchanged": counts[UNCHANGED],
    }


SPREADSHEET_VIEWS = [
    ExtraView("import/", "import", ImportView),
    ExtraView("import/confirm/", "confirm", ConfirmView),
    ExtraView("import/<str:file>", "file", FileView),
]
