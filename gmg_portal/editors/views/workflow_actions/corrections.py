"""The actions on a mistake that a reader reported: answer it, or close it without an answer."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gmg_portal.editors.views.workflow_actions.definitions import WorkflowAction, row_name
from reporting.actions import corrections

ANSWER = WorkflowAction(
    verb="answer",
    label=gettext_lazy("Answer…"),
    question=gettext_lazy(
        "Thank the reader, and say what was corrected or why it stands. If they left a mail address the answer goes "
        "there, and the address is erased."
    ),
    allowed_rows=lambda model, user: model.objects.answerable_by(user),
    run=lambda row, by, seen, text: corrections.answer(row, text=text, by=by, seen=seen),
    success_message=lambda row, result: _("The mistake on %(row)s is answered.") % {"row": row_name(row)},
    text_field="words",
    text_label=gettext_lazy("Answer to the reader"),
    quoted_text=lambda row: row.text,
)
CLOSE = WorkflowAction(
    verb="close",
    label=gettext_lazy("Close without an answer…"),
    question=gettext_lazy("Close this without an answer? The reason stays among the reviewers."),
    allowed_rows=lambda model, user: model.objects.answerable_by(user),
    run=lambda row, by, seen, text: corrections.close(row, text=text, by=by, seen=seen),
    success_message=lambda row, result: _("The mistake on %(row)s is closed.") % {"row": row_name(row)},
    text_field="words",
    text_label=gettext_lazy("Reason"),
    quoted_text=lambda row: row.text,
)
