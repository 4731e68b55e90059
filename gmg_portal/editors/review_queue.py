"""The reviewers' queue: whatever was submitted within a person's reach, longest waiting first."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies.models import Agency
from commitments.admin.workflow_actions import publish_each
from commitments.models import Answer, Assessment, Commitment, ProgressReport
from commitments.permissions import may_review
from commitments.workflow import Reviewed
from foundation.clock import today
from gmg_portal.editors.list_queries import check_choices
from workgroups.models import WorkGroup

# What waits, and how each leads to its commitment.
MODELS: dict[str, tuple[type[Reviewed], str]] = {
    "report": (ProgressReport, "commitment__"),
    "commitment": (Commitment, ""),
    "assessment": (Assessment, "commitment__"),
    "answer": (Answer, "assessment__commitment__"),
}
WITH = {Assessment: ["agency", "workgroup"], Answer: ["assessment__agency", "assessment__workgroup"]}
MOST = 100


@dataclass(frozen=True)
class Waiting:
    """One submitted row; `refusal` says why this person cannot decide on it, '' if they can."""

    key: str  # 'report-12'
    row: Reviewed
    refusal: str

    @property
    def commitment(self) -> Commitment:
        return self.row if isinstance(self.row, Commitment) else self.row.commitment

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
        return str(self.row._meta.verbose_name)

    @property
    def submitted_by(self) -> str:
        return self.row.submitted_by.get_full_name() or self.row.submitted_by.username

    @property
    def days(self) -> int:
        return (today() - self.row.submitted_at.date()).days

    @property
    def waits(self) -> str:
        if self.days < 1:
            return _("since today")
        return ngettext("waits for %(days)s day", "waits for %(days)s days", self.days) % {"days": self.days}

    @property
    def address(self) -> str:
        opts = self.row._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_review", args=[self.row.pk])


@dataclass(frozen=True)
class Queue:
    """The longest waiting; `more` wait behind them."""

    lines: list[Waiting]
    more: int


class QueueForm(forms.Form):
    """Which part of the queue is shown."""

    kind = forms.ChoiceField(required=False, label=gettext_lazy("Kind"))
    lead = forms.ChoiceField(required=False, label=gettext_lazy("Agency or work group"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            ("", _("Everything")),
            *((name, model._meta.verbose_name_plural) for name, (model, _prefix) in MODELS.items()),
        ]
        self.fields["lead"].choices = [
            ("", _("All")),
            *((agency.code, agency.acronym) for agency in Agency.objects.all()),
            *((group.slug, group.title) for group in WorkGroup.objects.all()),
        ]


def queue_of(user, kind: str = "", lead: str = "") -> Queue:
    """What waits within a reviewer's reach, of one kind or all, of one lead or all; a fixed number of queries."""
    found = [line for name in MODELS if kind in ("", name) for line in _lines(name, user, lead)]
    found.sort(key=lambda line: (line.row.submitted_at, line.key))
    return Queue(found[:MOST], max(len(found) - MOST, 0))


def _lines(name: str, user, lead: str) -> list[Waiting]:
    model, prefix = MODELS[name]
    rows = model.objects.waiting_for(user)
    if lead:
        rows = rows.filter(Q(**{f"{prefix}lead_agency__code": lead}) | Q(**{f"{prefix}workgroup__slug": lead}))
    decidable = model.objects.reviewable_by(user).filter(pk=OuterRef("pk"))
    related = [f"{prefix}lead_agency", f"{prefix}workgroup", "submitted_by", *WITH.get(model, [])]
    another = _("You or your agency had a hand in this: another reviewer decides.")
    return [
        Waiting(f"{name}-{row.pk}", row, "" if row.decidable else another)
        for row in rows.annotate(decidable=Exists(decidable)).select_related(*related)
    ]


def chosen(keys: list[str], user) -> list[Reviewed]:
    """The rows with these keys that the person sees, in the order of the keys; whatever else is named is left out."""
    wanted: dict[str, list[int]] = {name: [] for name in MODELS}
    for key in keys:
        name, _dash, number = key.partition("-")
        if name in wanted and number.isascii() and number.isdecimal() and len(number) < 19:
            wanted[name].append(int(number))
    rows = {
        f"{name}-{row.pk}": row
        for name, numbers in wanted.items()
        for row in MODELS[name][0].objects.visible_to(user).filter(pk__in=numbers)
    }
    return [rows[key] for key in dict.fromkeys(keys) if key in rows]


def key_of(row: Reviewed) -> str:
    name = next(name for name, (model, _prefix) in MODELS.items() if model is type(row))
    return f"{name}-{row.pk}"


def queue_view(request):
    """The queue; posted with chosen rows it asks once more, and then publishes them one by one."""
    if not admin.site.ask(request, may_review):
        raise PermissionDenied
    if request.method == "POST":
        return publish_chosen(request)
    admin.site.check_params(request, *QueueForm.base_fields)
    form = QueueForm(request.GET)
    check_choices(form)
    queue = queue_of(request.user, form.cleaned_data["kind"], form.cleaned_data["lead"])
    return _page(request, "admin/review_queue.html", _("What waits for review"), form=form, queue=queue)


def publish_chosen(request):
    rows = chosen(request.POST.getlist("row"), request.user)
    if rows and "confirmed" not in request.POST:
        lines = [
            (key, row, row._meta.verbose_name, request.POST.get(f"seen_{key}", ""))
            for key, row in zip(map(key_of, rows), rows, strict=True)
        ]
        return _page(request, "admin/review_queue/publish.html", _("Publish what you chose"), lines=lines)
    if not rows:
        messages.warning(request, _("Nothing was chosen: tick what is to be published."))
    publish_each(request, ((row, request.POST.get(f"seen_{key_of(row)}")) for row in rows))
    return redirect("admin:queue")


def _page(request, template: str, title: str, **more) -> TemplateResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **more})


urls = [path("queue/", admin.site.admin_view(queue_view), name="queue")]
