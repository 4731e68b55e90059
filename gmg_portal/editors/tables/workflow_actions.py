"""The actions of the workflow as pages of the editor area: each asks for confirmation and then runs its action."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.permissions import is_administrator, is_secretariat
from commitments.permissions import may_restore, may_withdraw
from commitments.workflow import TRANSITIONS, Reviewed
from foundation.clock import today
from reporting import actions
from reporting.forms.decisions import DecisionTextForm
from reporting.models import Answer, Assessment
from reporting.permissions import is_party, may_manage_cycles


@dataclass(frozen=True)
class WorkflowAction:
    """An action of the workflow: the rows for which a user may run it, its question, and what it does."""

    verb: str
    label: Promise
    question: Promise
    allowed_rows: Callable[[type, object], QuerySet]  # (model, user)
    run: Callable[..., object]  # (row, by=, seen=, words=)
    success_message: Callable[[object, object], str]  # (row, what `run` answered)
    text_field: str = ""
    text_label: Promise | str = ""
    affected_rows: Callable[[object], Iterable] = lambda row: ()  # the rows that the question is about, to be listed
    affected_label: Promise | str = ""

    @property
    def name(self) -> str:
        return self.verb.replace("-", "_")


SUBMIT = WorkflowAction(
    verb="submit",
    label=gettext_lazy("Submit"),
    question=gettext_lazy("Send this to the reviewers? You can change it again only if they send it back."),
    allowed_rows=lambda model, user: model.objects.editable_by(user),
    run=lambda row, by, seen, text: actions.submit(row, by=by, seen=seen),
    success_message=lambda row, result: (
        _("%(row)s was submitted. A reviewer publishes it or sends it back.") % {"row": row_name(row)}
    ),
)
PUBLISH = WorkflowAction(
    verb="publish",
    label=gettext_lazy("Publish"),
    question=gettext_lazy("Put this into the public record? It cannot be taken back: only a later word corrects it."),
    allowed_rows=lambda model, user: model.objects.reviewable_by(user),
    run=lambda row, by, seen, text: actions.publish(row, by=by, seen=seen),
    success_message=lambda row, result: _("%(row)s was published.") % {"row": row_name(row)},
)
SEND_BACK = WorkflowAction(
    verb="send-back",
    label=gettext_lazy("Send back…"),
    question=gettext_lazy("Return this to its writers, with a note that says what to mend."),
    allowed_rows=lambda model, user: model.objects.reviewable_by(user),
    run=lambda row, by, seen, text: actions.send_back(row, note=text, by=by, seen=seen),
    success_message=lambda row, result: _("%(row)s was sent back with your note.") % {"row": row_name(row)},
    text_field="note",
    text_label=gettext_lazy("Note to the writers"),
)
WITHDRAW = WorkflowAction(
    verb="withdraw",
    label=gettext_lazy("Withdraw…"),
    question=gettext_lazy("Take this out of the register? Its page stays public and shows the day and your reason."),
    allowed_rows=lambda model, user: model.objects.published() if may_withdraw(user) else model.objects.none(),
    run=lambda row, by, seen, text: actions.withdraw(row, reason=text, by=by, seen=seen),
    success_message=lambda row, result: _("%(row)s was withdrawn.") % {"row": row_name(row)},
    affected_rows=lambda row: row.supersedes.filter(state="published", status="superseded").order_by("pk"),
    affected_label=gettext_lazy("These commitments were superseded by it. Their leads will be asked to report again:"),
    text_field="reason",
    text_label=gettext_lazy("Reason, as readers will see it"),
)
RESTORE = WorkflowAction(
    verb="restore",
    label=gettext_lazy("Restore…"),
    question=gettext_lazy("Put this back into the register? The withdrawal and your reason stay public."),
    allowed_rows=lambda model, user: (
        model.objects.filter(state="withdrawn").independent_of(user) if may_restore(user) else model.objects.none()
    ),
    run=lambda row, by, seen, text: actions.restore(row, reason=text, by=by, seen=seen),
    success_message=lambda row, result: _("%(row)s was restored.") % {"row": row_name(row)},
    text_field="reason",
    text_label=gettext_lazy("Reason, as readers will see it"),
)
OPEN = WorkflowAction(
    verb="open",
    label=gettext_lazy("Open"),
    question=gettext_lazy("Open this cycle? A report is asked for from the lead of every running commitment."),
    allowed_rows=lambda model, user: _cycles(model, user).filter(opened_on__isnull=True, opens_on__lte=today()),
    run=lambda row, by, seen, text: actions.open_cycle(row, by=by, seen=seen),
    success_message=lambda row, result: (
        ngettext(
            "%(row)s is open: %(count)s report was asked for.",
            "%(row)s is open: %(count)s reports were asked for.",
            result,
        )
        % {"row": row_name(row), "count": result}
    ),
)
REMIND = WorkflowAction(
    verb="remind",
    label=gettext_lazy("Remind…"),
    question=gettext_lazy("Remind the leads of what they still owe in this cycle? These reports are owed:"),
    allowed_rows=lambda model, user: _cycles(model, user).filter(opened_on__isnull=False, closed_on__isnull=True),
    run=lambda row, by, seen, text: actions.remind_cycle(row, by=by, seen=seen),
    success_message=lambda row, result: (
        ngettext(
            "%(row)s: the reminder of %(count)s owed report is on record.",
            "%(row)s: the reminder of %(count)s owed reports is on record.",
            len(result),
        )
        % {"row": row_name(row), "count": len(result)}
    ),
    affected_rows=lambda row: (
        row.reports.owed()
        .select_related("commitment__lead_agency", "commitment__workgroup")
        .order_by("commitment__lead_agency__position", "commitment__workgroup__position", "pk")
    ),
)
CLOSE = WorkflowAction(
    verb="close",
    label=gettext_lazy("Close"),
    question=gettext_lazy("Close this cycle? What was not reported stays visible as silence."),
    allowed_rows=lambda model, user: _cycles(model, user).filter(opened_on__isnull=False, closed_on__isnull=True),
    run=lambda row, by, seen, text: actions.close_cycle(row, by=by, seen=seen),
    success_message=lambda row, result: _("%(row)s is closed.") % {"row": row_name(row)},
)
REOPEN = WorkflowAction(
    verb="reopen",
    label=gettext_lazy("Reopen…"),
    question=gettext_lazy("Take reports in this cycle again? Its days stay: what comes now counts as late."),
    allowed_rows=lambda model, user: _cycles(model, user).filter(closed_on__isnull=False),
    run=lambda row, by, seen, text: actions.reopen_cycle(row, reason=text, by=by, seen=seen),
    success_message=lambda row, result: _("%(row)s is open again.") % {"row": row_name(row)},
    text_field="reason",
    text_label=gettext_lazy("Reason for reopening"),
)


def _cycles(model, user) -> QuerySet:
    return model.objects.all() if may_manage_cycles(user) else model.objects.none()


class WorkflowActionsMixin:
    """Adds a page and a button for each of a table's workflow actions, and bulk publishing."""

    workflow_actions: tuple[WorkflowAction, ...] = ()

    def get_urls(self):
        pages = [
            path(
                f"<path:object_id>/{action.verb}/",
                self.admin_site.admin_view(partial(self.workflow_action_view, action=action)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{action.name}",
            )
            for action in self.workflow_actions
        ]
        return [*pages, *super().get_urls()]

    def available_actions(self, request, obj) -> list[dict]:
        """Return the buttons of the actions that this user may run on this row."""
        return [
            {"verb": action.verb, "label": action.label, "url": self.workflow_action_url(action, obj)}
            for action in self.workflow_actions
            if action.allowed_rows(self.model, request.user).filter(pk=obj.pk).exists()
        ]

    def workflow_action_url(self, action: WorkflowAction, obj) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{action.name}", args=[obj.pk])

    def workflow_action_view(self, request, object_id, action: WorkflowAction):
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not action.allowed_rows(self.model, request.user).filter(pk=obj.pk).exists():
            return self.render_action(
                request, action, obj, refusal=refusal_reason(action, obj, request.user), status=403
            )
        data = request.POST if request.method == "POST" else None
        form = DecisionTextForm(
            data, text_field=action.text_field, label=action.text_label, initial={"seen": obj.version}
        )
        if request.method == "POST" and form.is_valid():
            try:
                result = action.run(obj, by=request.user, seen=form.cleaned_data["seen"], text=form.text)
            except PermissionDenied as denial:
                return self.render_action(request, action, obj, refusal=str(denial), status=403)
            except ValidationError as error:
                if action is SUBMIT and hasattr(error, "error_dict"):
                    return self.show_missing(request, obj)
                form.add_error(None, error.messages)
            else:
                self.message_user(request, action.success_message(obj, result))
                return redirect("admin:index")
        return self.render_action(request, action, obj, form=form)

    def render_action(self, request, action: WorkflowAction, obj, *, status: int = 200, **more):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": f"{action.label.rstrip('…')}: {obj}",
            "action": action,
            "affected_rows": action.affected_rows(obj),
            **more,
        }
        return TemplateResponse(request, "admin/workflow/workflow_action.html", context, status=status)

    @admin.action(description=gettext_lazy("Publish selected"), permissions=["review"])
    def publish_selected(self, request, queryset):
        """Publish the selected rows one by one after confirmation, and show why a row was refused."""
        if "confirmed" not in request.POST:
            return self.confirm_publishing(request, queryset)
        publish_each(request, ((row, request.POST.get(f"seen_{row.pk}")) for row in queryset))
        return None

    def confirm_publishing(self, request, queryset):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Publish selected"),
            "rows": queryset,
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/workflow/publish_selected.html", context)


def publish_each(request, rows: Iterable[tuple[Reviewed, str | None]]) -> None:
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


def _report_refusal(request, row, reason: str) -> None:
    messages.error(request, _("%(row)s: %(reason)s") % {"row": row_name(row), "reason": reason})


def refusal_reason(action: WorkflowAction, row, user) -> str:
    """Return why a user may not run an action on a row that they see."""
    if isinstance(row, Reviewed) and (row.state, action.name) not in TRANSITIONS:
        return actions.state_refusal(row)
    if action in (PUBLISH, SEND_BACK) and is_involved(row, user):
        if isinstance(row, Answer) and row.assessment in Assessment.objects.filter(is_party(user)):
            return _("Whoever judged has no say in what is answered: another reviewer decides.")
        if user.pk in (row.author_id, row.submitted_by_id):
            return _("Nobody publishes or sends back what they wrote or submitted themselves.")
        return _(
            "You or an agency of yours wrote this, or leads the commitment or is a partner in it: another reviewer"
            " decides."
        )
    return _("You may not do this here.")


def is_involved(row: Reviewed, user) -> bool:
    """Return whether a user is involved in a row, given that they may not review it.

    True for its writers and leads, and for reviewers of all rows, whom only an involvement excludes.
    """
    is_reviewer = is_administrator(user) or is_secretariat(user)
    rows = type(row).objects
    return (
        user.pk in (row.author_id, row.submitted_by_id)
        or is_reviewer
        or rows.filter(rows.led(user), pk=row.pk).exists()
    )


def row_name(row) -> str:
    """Return the row's commitment as its name in messages."""
    return str(getattr(row, "commitment", row))


def _version(text: str | None) -> int:
    """Return the version that was shown; 0, which no row has, if the input is invalid."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
