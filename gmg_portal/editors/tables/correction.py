from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.permissions import may_review
from gmg_portal.editors.tables.workflow_actions import WorkflowAction, WorkflowActionsMixin, row_name
from gmg_portal.editors.tables.workflow_admin import EMPTY_VALUE
from reporting.actions import corrections
from reporting.models import Correction

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
)


@admin.register(Correction)
class CorrectionAdmin(WorkflowActionsMixin, admin.site.ViewOnlyAdmin):
    """The inbox of mistakes reported by readers. It shows whether a reader left an address, but not the address."""

    workflow_actions = (ANSWER, CLOSE)
    change_form_template = "admin/workflow/change_form.html"
    list_display = ["commitment", "excerpt", "state", "reported_at", "settled_by"]
    list_filter = ["state"]
    list_select_related = ["commitment", "settled_by"]
    search_fields = ["commitment__reference", "commitment__title", "text"]
    fields = ["commitment", "text", "reported_at", "can_be_answered", "state", "answer", "settled_by", "settled_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def may_view(self, request, obj=None):
        return self.admin_site.allows(request, may_review)

    def has_view_permission(self, request, obj=None):
        if obj is None:
            return self.may_view(request)
        return self.get_queryset(request).filter(pk=obj.pk).exists()

    def has_view_history_or_change_history_permission(self, request, obj=None):
        return self.has_view_permission(request, obj)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["workflow_buttons"] = self.available_actions(request, obj) if obj else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    def render_action(self, request, action, obj, **more):
        """Show the reader's text above the answer form."""
        return super().render_action(request, action, obj, quote=obj.text, **more)

    def view_on_site(self, obj):
        return super().view_on_site(obj.commitment)

    @admin.display(description=gettext_lazy("what is wrong"))
    def excerpt(self, obj):
        return Truncator(obj.text).chars(80)

    @admin.display(description=gettext_lazy("answer by mail"))
    def can_be_answered(self, obj):
        if obj.state != Correction.State.OPEN:
            return EMPTY_VALUE
        return _("The reader left an address.") if obj.address else _("The reader left no address.")
