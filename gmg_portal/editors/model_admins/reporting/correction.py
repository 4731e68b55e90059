"""The inbox of mistakes that readers reported."""

from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.permissions import may_review
from gmg_portal.editors.admin_base.portal_admin import PortalModelAdmin, ViewOnlyAdmin
from gmg_portal.editors.model_admins.base import EMPTY_VALUE, show_action_buttons
from gmg_portal.editors.views.workflow_actions.corrections import ANSWER, CLOSE
from gmg_portal.editors.views.workflow_actions.pages import action_views
from reporting.models import Correction


@admin.register(Correction)
class CorrectionAdmin(ViewOnlyAdmin):
    """The inbox of mistakes reported by readers. It shows whether a reader left an address, but not the address."""

    workflow_actions = (ANSWER, CLOSE)
    extra_views = action_views(workflow_actions)
    form_steps = (show_action_buttons, *PortalModelAdmin.form_steps)
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
