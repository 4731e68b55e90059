"""The page of a workflow action, which asks for confirmation, and the buttons that lead to it."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from gmg_portal.editors.context import EditorContext
from gmg_portal.editors.extra_views import ExtraView, RowView
from gmg_portal.editors.forms.decisions import DecisionTextForm
from gmg_portal.editors.views.workflow_actions.definitions import SUBMIT, WorkflowAction
from gmg_portal.editors.views.workflow_actions.refusals import refusal_reason
from reporting import actions
from reporting.rules import hints


class WorkflowActionView(RowView):
    """The page of one action: its question, a text where the action needs one, and a button that runs it."""

    action: WorkflowAction | None = None

    def get(self, request):
        return self.respond(None)

    def post(self, request):
        return self.respond(request.POST)

    def respond(self, data):
        """Show the page, or run the action that was confirmed."""
        action, row = self.action, self.page.row
        if not action.allowed_rows(self.page.model, self.page.user).filter(pk=row.pk).exists():
            return action_page(self.page, action, refusal=refusal_reason(action, row, self.page.user), status=403)
        form = DecisionTextForm(
            data, text_field=action.text_field, label=action.text_label, initial={"seen": row.version}
        )
        if data is not None and form.is_valid():
            return self.run(form)
        return action_page(self.page, action, form=form)

    def run(self, form: DecisionTextForm):
        """Run the action; if it is refused, show the page with the reason."""
        action, row = self.action, self.page.row
        try:
            result = action.run(row, by=self.page.user, seen=form.cleaned_data["seen"], text=form.text)
        except PermissionDenied as denial:
            return action_page(self.page, action, refusal=str(denial), status=403)
        except ValidationError as error:
            if action is SUBMIT and hasattr(error, "error_dict"):
                return show_missing(self.page)
            form.add_error(None, error.messages)
            return action_page(self.page, action, form=form)
        self.page.show_message(action.success_message(row, result))
        return redirect("admin:index")


def action_page(page: EditorContext, action: WorkflowAction, *, status: int = 200, **more: object) -> TemplateResponse:
    """Return the page of an action on the row, with its `form` or the reason of its `refusal`."""
    context = page.page_context(
        f"{action.label.rstrip('…')}: {page.row}",
        action=action,
        affected_rows=action.affected_rows(page.row),
        quote=action.quoted_text(page.row),
        **more,
    )
    return TemplateResponse(page.request, "admin/workflow/workflow_action.html", context, status=status)


def show_missing(page: EditorContext) -> HttpResponseRedirect:
    """Redirect to the form of a draft that cannot be submitted yet, which then shows what is missing."""
    page.show_message(_("Your draft is saved. It cannot be submitted yet: see below."), "WARNING")
    return redirect(f"{page.row_url('change')}?missing=1")


def submit_saved(page: EditorContext) -> HttpResponseRedirect:
    """Submit the row that its form just saved; if it is incomplete, show the form with what is missing."""
    row = page.row
    try:
        actions.submit(row, by=page.user, seen=row.version)
    except ValidationError:
        return show_missing(page)
    page.show_message(SUBMIT.success_message(row, None))
    for hint in hints.review_hints(row):
        page.show_message(hint, "WARNING")
    return redirect("admin:index")


def action_buttons(page: EditorContext, workflow_actions: Iterable[WorkflowAction]) -> list[dict]:
    """Return the buttons of those actions that this user may run on the row."""
    return [
        {"verb": action.verb, "label": action.label, "url": page.row_url(action.name)}
        for action in workflow_actions
        if action.allowed_rows(page.model, page.user).filter(pk=page.row.pk).exists()
    ]


def action_views(workflow_actions: Iterable[WorkflowAction]) -> list[ExtraView]:
    """Return the pages of these actions for a table's `extra_views`."""
    return [
        ExtraView(f"<path:object_id>/{action.verb}/", action.name, WorkflowActionView, {"action": action})
        for action in workflow_actions
    ]
