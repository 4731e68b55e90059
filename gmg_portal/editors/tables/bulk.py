"""Import and export of drafts as spreadsheets, on pages beside the list of their table."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import idempotent_forms
from commitments.permissions import may_create_drafts
from foundation.clock import today
from reporting.forms.spreadsheet import ImportForm
from reporting.importers.results import ImportRefused
from reporting.spreadsheets import upload_store
from reporting.spreadsheets.drafts import DraftResource
from reporting.spreadsheets.importing import CHANGED, NEW, UNCHANGED, Outcome, bring
from reporting.spreadsheets.reading import MOST_BYTES, MOST_ROWS, too_large
from reporting.spreadsheets.writing import FILES

MAX_SHOWN = 500
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class BulkMixin:
    """Adds export, template and import pages to a table of drafts, for users who may start a draft."""

    resource: type[DraftResource]
    change_list_template = "admin/workflow/change_list.html"

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        pages = [
            path("import/", wrap(self.import_view), name=f"{name}_import"),
            path("import/confirm/", wrap(self.confirm_view), name=f"{name}_confirm"),
            path("import/<str:file>", wrap(self.file_view), name=f"{name}_file"),
        ]
        return [*pages, *super().get_urls()]

    def bulk_page(self, page: str, **kwargs) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", kwargs=kwargs)

    def changelist_view(self, request, extra_context=None):
        address = self.bulk_page("import") if self.admin_site.allows(request, may_create_drafts) else ""
        return super().changelist_view(request, {"bulk_page": address, **(extra_context or {})})

    def resource_for(self, request) -> DraftResource:
        if not self.admin_site.allows(request, may_create_drafts):
            raise PermissionDenied(_("Only who writes drafts exports and imports them."))
        return self.resource(request.user)

    def file_view(self, request, file: str):
        """Return the user's own drafts, or the template, as a file."""
        resource = self.resource_for(request)
        if file not in FILES:
            raise Http404
        self.admin_site.check_params(request)
        kind = file.rsplit(".", 1)[1]
        name = f"{today().isoformat()}.{kind}" if file.startswith("export") else file
        response = HttpResponse(FILES[file](resource), content_type=CONTENT_TYPES[kind])
        response["Content-Disposition"] = f'attachment; filename="{resource.name}-{name}"'
        response["Cache-Control"] = "private, no-store"
        return response

    def import_view(self, request):
        """Show the upload form. On POST, do a dry run of the file and show its results."""
        resource = self.resource_for(request)
        if request.method != "POST":
            return self.render_import(request, resource, ImportForm())
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.render_import(request, resource, form)
        upload = form.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            return self.render_import(request, resource, form, Outcome(refusals=(too_large(),)))
        content = upload.read()
        outcome = bring(resource, content, dry_run=True)
        ticket = upload_store.keep(content, request.user, resource.name) if outcome.does_something else ""
        return self.render_import(request, resource, ImportForm(), outcome, ticket=ticket, file_name=upload.name)

    def confirm_view(self, request):
        """Import the file of the dry run. It is checked again, and refused if rows changed in the meantime."""
        resource = self.resource_for(request)
        if request.method != "POST":
            return redirect(self.bulk_page("import"))
        ticket = request.POST.get("ticket", "")
        try:
            with transaction.atomic():
                outcome = self.import_once(request, resource, ticket)
        except ImportRefused as refusal:
            return self.render_import(request, resource, ImportForm(), Outcome(refusals=refusal.problems))
        if outcome is None:
            messages.warning(request, _("You sent this twice. The file was taken in once."))
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        upload_store.drop(ticket, request.user, resource.name)
        if not outcome.is_clean:
            return self.render_import(request, resource, ImportForm(), outcome, late=True)
        messages.success(request, success_message(outcome))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def import_once(self, request, resource, ticket) -> Outcome | None:
        """Import the file and return the results; None if this ticket was already imported."""
        key = upload_store.key_of(ticket, request.user, resource.name)
        form = f"import {resource.name}"
        submission = idempotent_forms.lock_submission(key, form=form, fields={}, user=request.user)
        if submission is not None and submission.row is not None:
            return None
        outcome = bring(resource, upload_store.kept(ticket, request.user, resource.name), dry_run=False)
        idempotent_forms.record_result(submission, request.user if outcome.is_clean else None)
        return outcome

    def render_import(self, request, resource, form, outcome: Outcome | None = None, **more):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("%(table)s in bulk") % {"table": resource.label},
            "form": form,
            "resource": resource,
            "files": {file.replace(".", "_").replace("-", "_"): self.bulk_page("file", file=file) for file in FILES},
            "confirm_page": self.bulk_page("confirm"),
            "most_rows": MOST_ROWS,
            "outcome": outcome,
            **(results_context(outcome) if outcome else {}),
            **more,
        }
        return TemplateResponse(request, "admin/workflow/import.html", context)


def results_context(outcome: Outcome) -> dict:
    """Return the context that lists the results: problems if there are any, else rows; both up to `MAX_SHOWN`."""
    counts = outcome.counts
    return {
        "problems": [(problem, outcome.letters.get(problem.column, "")) for problem in outcome.problems[:MAX_SHOWN]],
        "more_problems": max(len(outcome.problems) - MAX_SHOWN, 0),
        "lines": [] if outcome.problems else outcome.lines[:MAX_SHOWN],
        "more_lines": 0 if outcome.problems else max(len(outcome.lines) - MAX_SHOWN, 0),
        "tally": [counts[NEW], counts[CHANGED], counts[UNCHANGED]],
    }


def success_message(outcome: Outcome) -> str:
    """Return the number of new, changed and unchanged drafts as a sentence."""
    counts = outcome.counts
    new = ngettext("%(count)d draft is new", "%(count)d drafts are new", counts[NEW]) % {"count": counts[NEW]}
    return _("Taken in: %(new)s, %(changed)d changed, %(unchanged)d left as they were.") % {
        "new": new,
        "changed": counts[CHANGED],
        "unchanged": counts[UNCHANGED],
    }
