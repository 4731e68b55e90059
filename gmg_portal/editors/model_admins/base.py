"""Parts that several ModelAdmin classes share: lists of child rows, links to files, buttons of workflow actions."""

from django.utils.html import format_html

from accounts.permissions import is_administrator, may_edit_reference_data
from gmg_portal.editors.admin_base.portal_admin import ViewOnlyAdmin
from gmg_portal.editors.context import EditorContext, FormPage
from gmg_portal.editors.forms.evidence import FileLink
from gmg_portal.editors.views.workflow_actions.pages import action_buttons
from reporting.models import Evidence

EMPTY_VALUE = "–"


def show_action_buttons(page: EditorContext, form_page: FormPage) -> dict:
    """Return the buttons of the actions that this user may run on the row; a step of its form."""
    return {"workflow_buttons": action_buttons(page, page.table.workflow_actions) if page.row else []}


def file_link(piece: Evidence) -> str:
    """Return a link to the file of a piece of evidence; a dash if it has none."""
    if not piece.file:
        return EMPTY_VALUE
    link = FileLink(piece.file)
    return format_html('<a href="{}">{}</a>', link.url, link)


class ChildRowAdmin(ViewOnlyAdmin):
    """A read-only list of child rows, which are edited on their parent's page."""

    parent_field: str  # name of the foreign key to the parent

    def get_queryset(self, request):
        parent = self.opts.get_field(self.parent_field).related_model
        rows = super().get_queryset(request)
        return rows.filter(**{f"{self.parent_field}__in": parent.objects.visible_to(request.user)})

    def has_view_history_or_change_history_permission(self, request, obj=None):
        if self.may_read_history_of_gone(request):
            return True
        column = self.opts.get_field(self.parent_field)
        return (
            column.related_model.objects.confidential_to(request.user).filter(pk=getattr(obj, column.attname)).exists()
        )

    def may_read_history_of_gone(self, request) -> bool:
        return self.admin_site.allows(request, is_administrator)

    def has_view_permission(self, request, obj=None):
        if obj is None:
            return self.may_view(request)
        return self.get_queryset(request).filter(pk=obj.pk).exists()

    def get_model_perms(self, request):
        """Hide the table from the index for users who may not edit reference data."""
        return super().get_model_perms(request) if self.admin_site.allows(request, may_edit_reference_data) else {}


class WorkflowInlineMixin:
    """Inline rows of a workflow form, with the permissions of their parent row."""

    def may_edit(self, request, parent=None) -> bool:
        return self.table.has_change_permission(request, parent)
