"""The actions of the review workflow: the rows for which a user may run each, its question, and what it does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.permissions import may_restore, may_withdraw
from reporting import actions


def row_name(row: Model) -> str:
    """Return the row's commitment as its name in messages."""
    return str(getattr(row, "commitment", row))


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
    quoted_text: Callable[[object], str] = lambda row: ""  # a text of the row that is shown above the form

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
    question=gettext_lazy("Put this into the public record? It cannot be taken back: only a later report corrects it."),
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
