"""The review queue: submitted rows that a reviewer may see, longest waiting first, with bulk publishing."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies.models import Agency
from commitments.models import Commitment
from commitments.permissions import may_review
from commitments.workflow import Reviewed
from foundation.clock import today
from gmg_portal.editors.list_queries.params import check_choices
from gmg_portal.editors.views.workflow_actions.publishing import publish_each
from reporting.models import Answer, Assessment, ProgressReport
from workgroups.models import WorkGroup

# The models in the queue, each with the lookup prefix of its commitment.
MODELS_BY_KIND: dict[str, tuple[type[Reviewed], str]] = {
    "report": (ProgressReport, "commitment__"),
    "commitment": (Commitment, ""),
    "assessment": (Assessment, "commitment__"),
    "answer": (Answer, "assessment__commitment__"),
}
RELATED = {Assessment: ["agency", "workgroup"], Answer: ["assessment__agency", "assessment__workgroup"]}
MAX_ROWS = 100


@dataclass(frozen=True)
class QueueRow:
    """A submitted row; `refusal` says why this user may not decide on it, '' if they may."""

    key: str  # 'report-12'
    obj: Reviewed
    refusal: str

    @property
    def commitment(self) -> Commitment:
        return self.obj if isinstance(self.obj, Commitment) else self.obj.commitment

    @property
    def title(self) -> str:
        return self.commitment.title

    @property
    def reference(self) -> str:
        return self.commitment.reference

    @property
    def lead(self) -> str:
        return str(self.commitment.lead)

    @property
    def kind(self) -> str:
        return str(self.obj._meta.verbose_name)

    @property
    def submitted_by(self) -> str:
        return self.obj.submitted_by.get_full_name() or self.obj.submitted_by.username

    @property
    def days(self) -> int:
        return (today() - self.obj.submitted_at.date()).days

    @property
    def waiting_time(self) -> str:
        if self.days < 1:
            return _("since today")
        return ngettext("waits for %(days)s day", "waits for %(days)s days", self.days) % {"days": self.days}

    @property
    def address(self) -> str:
        opts = self.obj._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_review", args=[self.obj.pk])


@dataclass(frozen=True)
class Queue:
    """The longest waiting rows, and the number of rows that are not shown."""

    rows: list[QueueRow]
    hidden_count: int


class QueueForm(forms.Form):
    """Filter the queue by kind of row and by lead."""

    kind = forms.ChoiceField(required=False, label=gettext_lazy("Kind"))
    lead = forms.ChoiceField(required=False, label=gettext_lazy("Agency or work group"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            ("", _("Everything")),
            *((name, model._meta.verbose_name_plural) for name, (model, _prefix) in MODELS_BY_KIND.items()),
        ]
        self.fields["lead"].choices = [
            ("", _("All")),
            *((agency.code, agency.acronym) for agency in Agency.objects.all()),
            *((group.slug, group.title) for group in WorkGroup.objects.all()),
        ]


def queue_of(user: AbstractUser, kind: str = "", lead: str = "") -> Queue:
    """Return the rows that wait for this reviewer, of one kind and lead or of all (''), in few queries."""
    rows = [row for name in MODELS_BY_KIND if kind in ("", name) for row in _queue_rows(name, user, lead)]
    rows.sort(key=lambda row: (row.obj.submitted_at, row.key))
    return Queue(rows[:MAX_ROWS], max(len(rows) - MAX_ROWS, 0))


def _queue_rows(name: str, user: AbstractUser, lead: str) -> list[QueueRow]:
    model, prefix = MODELS_BY_KIND[name]
    rows = model.objects.waiting_for(user)
    if lead:
        rows = rows.filter(Q(**{f"{prefix}lead_agency__code": lead}) | Q(**{f"{prefix}workgroup__slug": lead}))
    decidable = model.objects.reviewable_by(user).filter(pk=OuterRef("pk"))
    related = [f"{prefix}lead_agency", f"{prefix}workgroup", "submitted_by", *RELATED.get(model, [])]
    refusal = _("You or your agency had a hand in this: another reviewer decides.")
    return [
        QueueRow(f"{name}-{row.pk}", row, "" if row.decidable else refusal)
        for row in rows.annotate(decidable=Exists(decidable)).select_related(*related)
    ]


def rows_by_keys(keys: list[str], user: AbstractUser) -> list[Reviewed]:
    """Return the rows with these keys that the user may see, in the order of the keys. Skip invalid keys."""
    ids_by_kind: dict[str, list[int]] = {kind: [] for kind in MODELS_BY_KIND}
    for key in keys:
        kind, _dash, row_id = key.partition("-")
        if kind in ids_by_kind and row_id.isascii() and row_id.isdecimal() and len(row_id) < 19:
            ids_by_kind[kind].append(int(row_id))
    rows = {
        f"{kind}-{row.pk}": row
        for kind, row_ids in ids_by_kind.items()
        for row in MODELS_BY_KIND[kind][0].objects.visible_to(user).filter(pk__in=row_ids)
    }
    return [rows[key] for key in dict.fromkeys(keys) if key in rows]


def key_of(row: Reviewed) -> str:
    """Return the key of a row among rows of all kinds, such as 'report-12'; `rows_by_keys` reads it."""
    name = next(name for name, (model, _prefix) in MODELS_BY_KIND.items() if model is type(row))
    return f"{name}-{row.pk}"


def queue_view(request: HttpRequest) -> HttpResponse:
    """Show the queue. On POST, ask for confirmation and then publish the selected rows one by one."""
    if not admin.site.allows(request, may_review):
        raise PermissionDenied
    if request.method == "POST":
        return publish_selected(request)
    admin.site.check_params(request, *QueueForm.base_fields)
    form = QueueForm(request.GET)
    check_choices(form)
    queue = queue_of(request.user, form.cleaned_data["kind"], form.cleaned_data["lead"])
    return render_page(request, "admin/review_queue/page.html", _("What waits for review"), form=form, queue=queue)


def publish_selected(request: HttpRequest) -> HttpResponse:
    """Show the chosen rows for confirmation, or publish each as far as permitted, and say what became of it."""
    rows = rows_by_keys(request.POST.getlist("row"), request.user)
    if rows and "confirmed" not in request.POST:
        to_confirm = [
            (key, row, row._meta.verbose_name, request.POST.get(f"seen_{key}", ""))
            for key, row in zip(map(key_of, rows), rows, strict=True)
        ]
        return render_page(request, "admin/review_queue/publish.html", _("Publish what you chose"), rows=to_confirm)
    if not rows:
        messages.warning(request, _("Nothing was chosen: tick what is to be published."))
    publish_each(request, ((row, request.POST.get(f"seen_{key_of(row)}")) for row in rows))
    return redirect("admin:queue")


def render_page(request: HttpRequest, template: str, title: str, **context: object) -> TemplateResponse:
    """Render a page of the queue within the editor area."""
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})


urls = [path("queue/", admin.site.admin_view(queue_view), name="queue")]
