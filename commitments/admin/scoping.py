"""Which rows, choices and permissions a person has in the tables of the review workflow."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.permissions import is_administrator, may_edit_reference_data
from commitments import actions
from commitments.admin.autosave import CopiesMixin
from commitments.admin.preview import PreviewMixin
from commitments.admin.review import ReviewMixin
from commitments.admin.workflow_actions import PUBLISH, SEND_BACK, SUBMIT, StepsMixin
from commitments.models import WorkingCopy
from commitments.permissions import PUBLIC_STATES, may_review, may_start
from commitments.workflow import State

NOTHING = "–"
REVIEW = ("written_by", "submission", "review", "review_note")


class WorkflowAdmin(CopiesMixin, PreviewMixin, ReviewMixin, StepsMixin, admin.site.ModelAdmin):
    """Rows that somebody writes and submits and somebody else publishes.

    Everything asks the querysets: the list and every page stand on `visible_to`, forms on `editable_by`, decisions on
    `reviewable_by`. Being administrator opens no other way.
    """

    steps = (SUBMIT, PUBLISH, SEND_BACK)
    actions = ["publish_selected"]
    standing: tuple[str, ...] = ("state", "published")
    change_form_template = "admin/commitments/change_form.html"

    # Rows

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_search_results(self, request, queryset, search_term):
        """What a choice offers as one types is the public record: never a draft, not even one's own.

        Of what to assess it offers only that in which the person has no stake.
        """
        if request.resolver_match.url_name == "autocomplete":
            queryset = queryset.published()
            if (request.GET.get("model_name"), request.GET.get("field_name")) == ("assessment", "commitment"):
                queryset = queryset.independent_of(request.user)
        return super().get_search_results(request, queryset, search_term)

    def changeable(self, user) -> QuerySet:
        return self.model.objects.editable_by(user)

    def deletable(self, user) -> QuerySet:
        """Drafts that nobody but their writers has seen."""
        return self.model.objects.editable_by(user).filter(state=State.DRAFT, submitted_at__isnull=True)

    def holds(self, request, rows, obj) -> bool:
        """Whether one of these sets of rows holds this one; worked out once a request."""
        answers = request.__dict__.setdefault("_holds", {})
        key = (rows.__name__, self.model, obj.pk)
        if key not in answers:
            answers[key] = rows(request.user).filter(pk=obj.pk).exists()
        return answers[key]

    def visible(self, user) -> QuerySet:
        return self.model.objects.visible_to(user)

    def inside(self, user) -> QuerySet:
        return self.model.objects.confidential_to(user)

    def own(self, user) -> QuerySet:
        return self.model.objects.handled_by(user)

    # Permissions

    def may_write(self, user) -> bool:
        return may_start(user)

    def has_view_permission(self, request, obj=None):
        return self.may_view(request) and (obj is None or obj.pk is None or self.holds(request, self.visible, obj))

    def has_add_permission(self, request):
        return self.admin_site.allows(request, self.may_write)

    def has_change_permission(self, request, obj=None):
        if obj is None or obj.pk is None:
            return self.has_add_permission(request)
        return self.holds(request, self.changeable, obj) or self.is_late(request, obj)

    def has_delete_permission(self, request, obj=None):
        if obj is None:
            return self.has_add_permission(request)
        return self.holds(request, self.deletable, obj)

    def has_review_permission(self, request):
        return self.admin_site.allows(request, may_review)

    def has_view_history_or_change_history_permission(self, request, obj=None):
        """History tells what a row said before it was public; that of a deleted draft stays with administrators."""
        if self.holds(request, self.inside, obj):
            return True
        return self.may_read_history_of_gone(request) and self.is_gone(obj)

    def may_read_history_of_gone(self, request) -> bool:
        return self.admin_site.allows(request, is_administrator)

    # Writing

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """What was typed is shown again even when the row was submitted or published in the meantime."""
        if request.method == "POST" and object_id and "version" in request.POST:
            obj = self.get_object(request, object_id)
            if obj and not self.holds(request, self.changeable, obj) and self.holds(request, self.own, obj):
                request.late_for = obj.pk
        return super().changeform_view(request, object_id, form_url, extra_context)

    def is_late(self, request, obj) -> bool:
        return obj.pk is not None and getattr(request, "late_for", None) == obj.pk

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and self.is_late(request, obj):
            form.refusal = _("This is now in the state ‘%(state)s’ and takes no changes.") % {
                "state": obj.get_state_display()
            }
        return form

    def get_fieldsets(self, request, obj=None):
        """Below what is written: where it stands, and for those inside who reviewed it and with which words."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        names = [*self.standing, *(REVIEW if self.holds(request, self.inside, obj) else ())]
        folded = ["collapse"] if self.holds(request, self.changeable, obj) else []
        return [*fieldsets, (_("Where it stands"), {"fields": names, "classes": folded})]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *self.standing, *REVIEW]

    def choices(self, request) -> dict[str, QuerySet]:
        """What each choice offers this person."""
        return {}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        offered = self.choices(request).get(db_field.name)
        if offered is not None:
            object_id = request.resolver_match.kwargs.get("object_id")
            chosen = self.get_queryset(request).filter(pk=object_id).values(db_field.attname)
            kwargs["queryset"] = offered.model.objects.filter(Q(pk__in=offered.values("pk")) | Q(pk__in=chosen))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        if obj.state == State.DRAFT and obj.author is None:
            obj.author = request.user
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Whoever writes has a hand in the row, and so have the agencies for which they act."""
        super().save_related(request, form, formsets, change)
        actions.record_hand(form.instance, by=request.user)

    def delete_model(self, request, obj):
        if not self.deletable(request.user).select_for_update(of=("self",)).filter(pk=obj.pk).exists():
            raise PermissionDenied
        WorkingCopy.objects.on(obj).delete()
        super().delete_model(request, obj)

    def get_deleted_objects(self, objs, request):
        """Rows under a draft go with it."""
        deleted, count, lacking, protected = super().get_deleted_objects(objs, request)
        return deleted, count, lacking - {inline.model._meta.verbose_name for inline in self.inlines}, protected

    def response_add(self, request, obj, post_url_continue=None):
        return self.go_on(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self.go_on(request, obj) or super().response_change(request, obj)

    def go_on(self, request, obj):
        """Where the button leads that was pressed; None for one that only saves."""
        return redirect(self.preview_address(obj)) if "_preview" in request.POST else self.submit_saved(request, obj)

    def submit_saved(self, request, obj):
        """Send off what was just saved; if it cannot go yet, the draft stands and the form says what is missing."""
        if "_submit" not in request.POST:
            return None
        try:
            actions.submit(obj, by=request.user, seen=obj.version)
        except ValidationError:
            return self.show_missing(request, obj)
        self.message_user(request, SUBMIT.done(obj, None))
        for hint in actions.hints(obj):
            self.message_user(request, hint, "WARNING")
        return redirect("admin:index")

    def show_missing(self, request, obj):
        self.message_user(request, _("Your draft is saved. It cannot be submitted yet: see below."), "WARNING")
        return redirect(f"{self.page_of(obj)}?missing=1")

    def page_of(self, obj) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        writing = add or self.holds(request, self.model.objects.editable_by, obj) or self.is_late(request, obj)
        if change and writing and request.method == "GET" and "missing" in request.GET:
            rows = {inline.formset.prefix: inline.formset for inline in context["inline_admin_formsets"]}
            say_what_is_missing(context["adminform"].form, rows, obj)
        context |= {
            "writing": writing,
            "steps": [] if add else self.buttons(request, obj, writing),
            "hints": actions.hints(obj) if change and writing and not self.is_late(request, obj) else [],
            "preview": self.preview_address(obj) if change and obj.state not in PUBLIC_STATES else "",
            "note": obj.review_note if obj and writing and obj.state == State.SENT_BACK else "",
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def buttons(self, request, obj, writing: bool) -> list[dict]:
        """Submitting is a button of the form itself where there is one; a reviewer reads both sides first."""
        steps = [step for step in self.steps_for(request, obj) if not (writing and step["verb"] == SUBMIT.verb)]
        if self.model.objects.reviewable_by(request.user).filter(pk=obj.pk).exists():
            steps.insert(0, {"verb": "review", "label": _("Review"), "url": self.review_address(obj)})
        return steps

    def view_on_site(self, obj):
        return obj.get_absolute_url() if obj.state in PUBLIC_STATES else None

    # Columns

    @admin.display(description=gettext_lazy("written by"))
    def written_by(self, obj):
        return str(obj.author) if obj.author else NOTHING

    @admin.display(description=gettext_lazy("submitted"))
    def submission(self, obj):
        return _by_and_at(obj.submitted_by, obj.submitted_at)

    @admin.display(description=gettext_lazy("reviewed"))
    def review(self, obj):
        return _by_and_at(obj.reviewed_by, obj.reviewed_at)

    @admin.display(description=gettext_lazy("published on"), ordering="published_on")
    def published(self, obj):
        return str(obj.published) if obj.published else NOTHING


def say_what_is_missing(form, rows: dict, row) -> None:
    """Put what stands in the way of submitting at the fields, or over the rows, of a form that was only opened."""
    try:
        actions.check(row)
    except ValidationError as error:
        form.errors  # noqa: B018 – prepares the form to take errors
        form.cleaned_data = {}
        for name, sentences in error.message_dict.items():
            if name in rows:
                rows[name].errors  # noqa: B018 – as above
                rows[name]._non_form_errors = rows[name].error_class(sentences, error_class="nonform")
            else:
                form.add_error(name if name in form.fields else None, sentences)


def _by_and_at(user, moment) -> str:
    if user is None:
        return NOTHING
    return f"{user}, {date_format(localtime(moment), 'DATETIME_FORMAT')}"


class RowsOf:
    """Rows under a form of the workflow: they are written where their row is."""

    def may_edit(self, request, parent=None) -> bool:
        return self.admin_site.get_model_admin(self.parent_model).has_change_permission(request, parent)


class PartAdmin(admin.site.ViewOnlyAdmin):
    """Rows that are written on the page of the row they belong to, listed here to be found."""

    whole: str  # the field that leads to that row

    def get_queryset(self, request):
        whole = self.opts.get_field(self.whole).related_model
        rows = super().get_queryset(request)
        return rows.filter(**{f"{self.whole}__in": whole.objects.visible_to(request.user)})

    def has_view_history_or_change_history_permission(self, request, obj=None):
        if self.may_read_history_of_gone(request):
            return True
        whole = self.opts.get_field(self.whole)
        return whole.related_model.objects.confidential_to(request.user).filter(pk=getattr(obj, whole.attname)).exists()

    def may_read_history_of_gone(self, request) -> bool:
        return self.admin_site.allows(request, is_administrator)

    def has_view_permission(self, request, obj=None):
        if obj is None:
            return self.may_view(request)
        return self.get_queryset(request).filter(pk=obj.pk).exists()

    def get_model_perms(self, request):
        """Left out of the table of contents for whoever only writes."""
        return super().get_model_perms(request) if self.admin_site.allows(request, may_edit_reference_data) else {}
