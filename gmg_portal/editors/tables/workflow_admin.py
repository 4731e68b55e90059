"""Base classes of the workflow's tables: the rows, choices and permissions of a user."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import is_administrator, may_edit_reference_data
from commitments.permissions import PUBLIC_STATES, may_create_drafts, may_review
from commitments.workflow import State
from gmg_portal.editors.tables.autosave import AutosaveMixin
from gmg_portal.editors.tables.preview import PreviewMixin
from gmg_portal.editors.tables.review import ReviewMixin
from gmg_portal.editors.tables.workflow_actions import PUBLISH, SEND_BACK, SUBMIT, WorkflowActionsMixin
from reporting import actions, rules
from reporting.models import AutosavedForm
from reporting.rules import hints

EMPTY_VALUE = "–"
REVIEW_FIELDS = ("written_by", "submission", "review", "review_note")


class WorkflowAdmin(AutosaveMixin, PreviewMixin, ReviewMixin, WorkflowActionsMixin, admin.site.ModelAdmin):
    """A table of rows that one user writes and submits, and another publishes.

    All permissions come from querysets: `visible_to` for lists and pages, `editable_by` for forms, `reviewable_by`
    for decisions. Administrators have no other access.
    """

    workflow_actions = (SUBMIT, PUBLISH, SEND_BACK)
    actions = ["publish_selected"]
    status_fields: tuple[str, ...] = ("state", "published")
    change_form_template = "admin/workflow/change_form.html"

    # Rows

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_search_results(self, request, queryset, search_term):
        """Let autocomplete fields offer published rows only, not even the user's own drafts.

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

    def contains(self, request, rows, obj) -> bool:
        """Return whether the queryset that `rows` returns for the user contains the row; cached for the request."""
        cache = request.__dict__.setdefault("_contains", {})
        key = (rows.__name__, self.model, obj.pk)
        if key not in cache:
            cache[key] = rows(request.user).filter(pk=obj.pk).exists()
        return cache[key]

    def visible_rows(self, user) -> QuerySet:
        return self.model.objects.visible_to(user)

    def confidential_rows(self, user) -> QuerySet:
        return self.model.objects.confidential_to(user)

    def handled_rows(self, user) -> QuerySet:
        return self.model.objects.handled_by(user)

    # Permissions

    def may_write(self, user) -> bool:
        return may_create_drafts(user)

    def has_view_permission(self, request, obj=None):
        return self.may_view(request) and (
            obj is None or obj.pk is None or self.contains(request, self.visible_rows, obj)
        )

    def has_add_permission(self, request):
        return self.admin_site.allows(request, self.may_write)

    def has_change_permission(self, request, obj=None):
        if obj is None or obj.pk is None:
            return self.has_add_permission(request)
        return self.contains(request, self.changeable, obj) or self.was_closed_meanwhile(request, obj)

    def has_delete_permission(self, request, obj=None):
        if obj is None:
            return self.has_add_permission(request)
        return self.contains(request, self.deletable, obj)

    def has_review_permission(self, request):
        return self.admin_site.allows(request, may_review)

    def has_view_history_or_change_history_permission(self, request, obj=None):
        """Allow the history, which shows unpublished versions, to insiders; that of deleted rows to administrators."""
        if self.contains(request, self.confidential_rows, obj):
            return True
        return self.may_read_history_of_gone(request) and self.is_gone(obj)

    def may_read_history_of_gone(self, request) -> bool:
        return self.admin_site.allows(request, is_administrator)

    # Writing

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show what was typed again if the row was submitted or published in the meantime."""
        if request.method == "POST" and object_id and "version" in request.POST:
            obj = self.get_object(request, object_id)
            if (
                obj
                and not self.contains(request, self.changeable, obj)
                and self.contains(request, self.handled_rows, obj)
            ):
                request.closed_row = obj.pk
        return super().changeform_view(request, object_id, form_url, extra_context)

    def was_closed_meanwhile(self, request, obj) -> bool:
        return obj.pk is not None and getattr(request, "closed_row", None) == obj.pk

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and self.was_closed_meanwhile(request, obj):
            form.refusal = _("This is now in the state ‘%(state)s’ and takes no changes.") % {
                "state": obj.get_state_display()
            }
        return form

    def get_fieldsets(self, request, obj=None):
        """Add the status below the form, and for insiders the review with its note."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        names = [*self.status_fields, *(REVIEW_FIELDS if self.contains(request, self.confidential_rows, obj) else ())]
        css_classes = ["collapse"] if self.contains(request, self.changeable, obj) else []
        return [*fieldsets, (_("Where it stands"), {"fields": names, "classes": css_classes})]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *self.status_fields, *REVIEW_FIELDS]

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
        """Record the user and their agencies as authors of the row."""
        super().save_related(request, form, formsets, change)
        actions.record_involved_agencies(form.instance, by=request.user)

    def delete_model(self, request, obj):
        if not self.deletable(request.user).select_for_update(of=("self",)).filter(pk=obj.pk).exists():
            raise PermissionDenied
        AutosavedForm.objects.on(obj).delete()
        super().delete_model(request, obj)

    def get_deleted_objects(self, objs, request):
        """Ask for no permission to delete the inline rows of a draft."""
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
        return redirect(self.preview_address(obj)) if "_preview" in request.POST else self.submit_saved(request, obj)

    def submit_saved(self, request, obj):
        """Submit the saved row; if it is incomplete, show the form with what is missing."""
        if "_submit" not in request.POST:
            return None
        try:
            actions.submit(obj, by=request.user, seen=obj.version)
        except ValidationError:
            return self.show_missing(request, obj)
        self.message_user(request, SUBMIT.success_message(obj, None))
        for hint in hints.review_hints(obj):
            self.message_user(request, hint, "WARNING")
        return redirect("admin:index")

    def show_missing(self, request, obj):
        self.message_user(request, _("Your draft is saved. It cannot be submitted yet: see below."), "WARNING")
        return redirect(f"{self.change_url(obj)}?missing=1")

    def change_url(self, obj) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        writing = (
            add
            or self.contains(request, self.model.objects.editable_by, obj)
            or self.was_closed_meanwhile(request, obj)
        )
        if change and writing and request.method == "GET" and "missing" in request.GET:
            rows = {inline.formset.prefix: inline.formset for inline in context["inline_admin_formsets"]}
            add_missing_errors(context["adminform"].form, rows, obj)
        context |= {
            "writing": writing,
            "workflow_buttons": [] if add else self.buttons(request, obj, writing),
            "hints": hints.review_hints(obj)
            if change and writing and not self.was_closed_meanwhile(request, obj)
            else [],
            "preview": self.preview_address(obj) if change and obj.state not in PUBLIC_STATES else "",
            "note": obj.review_note if obj and writing and obj.state == State.SENT_BACK else "",
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def buttons(self, request, obj, writing: bool) -> list[dict]:
        """Return the buttons above the form: reviewers get a review link; the form has its own submit button."""
        buttons = [
            button for button in self.available_actions(request, obj) if not (writing and button["verb"] == SUBMIT.verb)
        ]
        if self.model.objects.reviewable_by(request.user).filter(pk=obj.pk).exists():
            buttons.insert(0, {"verb": "review", "label": _("Review"), "url": self.review_address(obj)})
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


def add_missing_errors(form, formsets: dict, row) -> None:
    """Add the errors that prevent submission to the fields and formsets of a form that was only opened."""
    try:
        rules.check(row)
    except ValidationError as error:
        form.errors  # noqa: B018 – prepares the form to take errors
        form.cleaned_data = {}
        for name, sentences in error.message_dict.items():
            if name in formsets:
                formsets[name].errors  # noqa: B018 – as above
                formsets[name]._non_form_errors = formsets[name].error_class(sentences, error_class="nonform")
            else:
                form.add_error(name if name in form.fields else None, sentences)


def _person_and_time(user, moment) -> str:
    if user is None:
        return EMPTY_VALUE
    return f"{user}, {date_format(localtime(moment), 'DATETIME_FORMAT')}"


class WorkflowInlineMixin:
    """Inline rows of a workflow form, with the permissions of their parent row."""

    def may_edit(self, request, parent=None) -> bool:
        return self.admin_site.get_model_admin(self.parent_model).has_change_permission(request, parent)


class ChildRowAdmin(admin.site.ViewOnlyAdmin):
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
