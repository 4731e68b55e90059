"""The base class of the review workflow: the rows, choices and permissions of a user, and what their form shows."""

from dataclasses import replace
from datetime import datetime

from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import is_administrator
from commitments.permissions import PUBLIC_STATES, may_create_drafts, may_review
from commitments.workflow import State
from gmg_portal.editors.admin_base.portal_admin import PortalModelAdmin
from gmg_portal.editors.admin_base.strict_lists import served_by_copy
from gmg_portal.editors.context import EditorContext
from gmg_portal.editors.extra_views import ExtraView
from gmg_portal.editors.model_admins.base import EMPTY_VALUE
from gmg_portal.editors.model_admins.workflow_form import show_workflow
from gmg_portal.editors.views.autosave.filling import count_autosaved_rows, fill_with_autosaved_form
from gmg_portal.editors.views.autosave.open_forms import open_form
from gmg_portal.editors.views.autosave.pages import AUTOSAVE_VIEWS
from gmg_portal.editors.views.preview import PREVIEW
from gmg_portal.editors.views.review import REVIEW
from gmg_portal.editors.views.workflow_actions.definitions import PUBLISH, SEND_BACK, SUBMIT, WorkflowAction
from gmg_portal.editors.views.workflow_actions.pages import action_buttons, action_views, submit_saved
from gmg_portal.editors.views.workflow_actions.publishing import publish_selected
from reporting import actions
from reporting.models import AutosavedForm

REVIEW_FIELDS = ("written_by", "submission", "review", "review_note")


def workflow_views(workflow_actions: tuple[WorkflowAction, ...]) -> list[ExtraView]:
    """Return the pages of a table of the workflow with these actions."""
    return [*AUTOSAVE_VIEWS, PREVIEW, REVIEW, *action_views(workflow_actions)]


class WorkflowAdmin(PortalModelAdmin):
    """A table of rows that one user writes and submits, and another publishes.

    All permissions come from querysets: `visible_to` for lists and pages, `editable_by` for forms, `reviewable_by`
    for decisions. Administrators have no other access.
    """

    workflow_actions = (SUBMIT, PUBLISH, SEND_BACK)
    extra_views = workflow_views(workflow_actions)
    actions = [publish_selected]
    form_steps = (show_workflow, fill_with_autosaved_form, *PortalModelAdmin.form_steps)
    unsaved_row_counts = (count_autosaved_rows, *PortalModelAdmin.unsaved_row_counts)
    status_fields: tuple[str, ...] = ("state", "published")
    change_form_template = "admin/workflow/change_form.html"
    may_write = staticmethod(may_create_drafts)  # the permission to start a row

    # Rows

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_search_results(self, request, queryset, search_term):
        """Offer only published rows in autocomplete fields, without the user's own drafts.

        Commitments to assess are limited to those in which the user has no stake.
        """
        if request.resolver_match.url_name == "autocomplete":
            queryset = queryset.published()
            if (request.GET.get("model_name"), request.GET.get("field_name")) == ("assessment", "commitment"):
                queryset = queryset.independent_of(request.user)
        return super().get_search_results(request, queryset, search_term)

    def changeable(self, user) -> QuerySet:
        return self.model.objects.editable_by(user)

    def deletable(self, user) -> QuerySet:
        """Return drafts that were never submitted."""
        return self.model.objects.editable_by(user).filter(state=State.DRAFT, submitted_at__isnull=True)

    # Permissions

    def has_view_permission(self, request, obj=None):
        is_new = obj is None or obj.pk is None
        return self.may_view(request) and (
            is_new or self.page_about(request, obj).contains(self.model.objects.visible_to)
        )

    def has_add_permission(self, request):
        return self.admin_site.allows(request, self.may_write)

    def has_change_permission(self, request, obj=None):
        if obj is None or obj.pk is None:
            return self.has_add_permission(request)
        page = self.page_about(request, obj)
        return page.contains(self.changeable) or page.was_closed_meanwhile

    def has_delete_permission(self, request, obj=None):
        if obj is None:
            return self.has_add_permission(request)
        return self.page_about(request, obj).contains(self.deletable)

    def has_review_permission(self, request):
        return self.admin_site.allows(request, may_review)

    def has_view_history_or_change_history_permission(self, request, obj=None):
        """Allow the history, which shows unpublished versions, to insiders; that of deleted rows to administrators."""
        if self.page_about(request, obj).contains(self.model.objects.confidential_to):
            return True
        return self.may_read_history_of_gone(request) and self.is_gone(obj)

    def may_read_history_of_gone(self, request) -> bool:
        return self.admin_site.allows(request, is_administrator)

    # Writing

    @served_by_copy
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show what was typed again if the row was submitted or published in the meantime."""
        if request.method == "POST" and object_id and "version" in request.POST:
            page = self.page.about(self.get_object(request, object_id))
            if page.row and not page.contains(self.changeable) and page.contains(self.model.objects.handled_by):
                self.page = replace(self.page, closed_row=page.row.pk)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if not self.page_about(request, obj).was_closed_meanwhile:
            return form
        refusal = _("This is now in the state ‘%(state)s’ and takes no changes.") % {"state": obj.get_state_display()}
        return type(form.__name__, (form,), {"refusal": refusal})

    def get_fieldsets(self, request, obj=None):
        """Add the status below the form, and for insiders the review with its note."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        page = self.page_about(request, obj)
        names = [*self.status_fields, *(REVIEW_FIELDS if page.contains(self.model.objects.confidential_to) else ())]
        css_classes = ["collapse"] if page.contains(self.changeable) else []
        status = (_("Where it stands"), {"fields": names, "classes": css_classes})
        return [*self.arrange_fieldsets(page, fieldsets), status]

    def arrange_fieldsets(self, page: EditorContext, fieldsets: list) -> list:
        """Return the fieldsets of the form of this row."""
        return fieldsets

    def get_readonly_fields(self, request, obj=None):
        locked_fields = self.locked_fields(self.page_about(request, obj))
        return [*super().get_readonly_fields(request, obj), *self.status_fields, *REVIEW_FIELDS, *locked_fields]

    def locked_fields(self, page: EditorContext) -> list[str]:
        """Return the fields that the form of this row shows and does not change."""
        return []

    def choices(self, request) -> dict[str, QuerySet]:
        """Return the rows that each foreign key offers to this user, by field name."""
        return {}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        queryset = self.choices(request).get(db_field.name)
        if queryset is not None:
            object_id = request.resolver_match.kwargs.get("object_id")
            current = self.get_queryset(request).filter(pk=object_id).values(db_field.attname)
            kwargs["queryset"] = queryset.model.objects.filter(Q(pk__in=queryset.values("pk")) | Q(pk__in=current))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        if obj.state == State.DRAFT and obj.author is None:
            obj.author = request.user
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Record the user and their agencies as authors of the row, and delete the autosaved form of the saved form."""
        super().save_related(request, form, formsets, change)
        open_form(self.page_about(request, form.instance if change else None)).own_copies.delete()
        actions.record_involved_agencies(form.instance, by=request.user)

    def delete_model(self, request, obj):
        if not self.deletable(request.user).select_for_update(of=("self",)).filter(pk=obj.pk).exists():
            raise PermissionDenied
        AutosavedForm.objects.on(obj).delete()
        super().delete_model(request, obj)

    def get_deleted_objects(self, objs, request):
        """Require no permission to delete the inline rows of a draft."""
        deleted, count, missing_permissions, protected = super().get_deleted_objects(objs, request)
        return (
            deleted,
            count,
            missing_permissions - {inline.model._meta.verbose_name for inline in self.inlines},
            protected,
        )

    def response_add(self, request, obj, post_url_continue=None):
        return self.response_for_button(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self.response_for_button(request, obj) or super().response_change(request, obj)

    def response_for_button(self, request, obj):
        """Return the response for the preview or submit button; None for the save button."""
        page = self.page_about(request, obj)
        if "_preview" in request.POST:
            return redirect(page.row_url("preview"))
        return submit_saved(page) if "_submit" in request.POST else None

    def buttons(self, page: EditorContext, writing: bool) -> list[dict]:
        """Return the buttons above the form: reviewers get a review link; the form has its own submit button."""
        buttons = [
            button
            for button in action_buttons(page, self.workflow_actions)
            if not (writing and button["verb"] == SUBMIT.verb)
        ]
        if self.model.objects.reviewable_by(page.user).filter(pk=page.row.pk).exists():
            buttons.insert(0, {"verb": "review", "label": _("Review"), "url": page.row_url("review")})
        return buttons

    def view_on_site(self, obj):
        return obj.get_absolute_url() if obj.state in PUBLIC_STATES else None

    # Columns

    @admin.display(description=gettext_lazy("written by"))
    def written_by(self, obj):
        return str(obj.author) if obj.author else EMPTY_VALUE

    @admin.display(description=gettext_lazy("submitted"))
    def submission(self, obj):
        return _person_and_time(obj.submitted_by, obj.submitted_at)

    @admin.display(description=gettext_lazy("reviewed"))
    def review(self, obj):
        return _person_and_time(obj.reviewed_by, obj.reviewed_at)

    @admin.display(description=gettext_lazy("published on"), ordering="published_on")
    def published(self, obj):
        return str(obj.published) if obj.published else EMPTY_VALUE


def _person_and_time(user: AbstractUser | None, moment: datetime | None) -> str:
    if user is None:
        return EMPTY_VALUE
    return f"{user}, {date_format(localtime(moment), 'DATETIME_FORMAT')}"
