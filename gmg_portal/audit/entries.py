"""The audit as the secretariat reads it: which entries are asked for, what they are about, and all of it as a file."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import islice
from typing import Self

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.models import Commitment
from foundation.dates.inputs import PickedDayField
from foundation.postgresql.session_limits import statement_limit
from gmg_portal.editors.histories import REASONS, person_name
from gmg_portal.models import AuditEntry

PER_PAGE = 50
# Counting further would cost more than the number tells.
COUNTED = 1_000


def kinds() -> list[tuple[str, str]]:
    """The kinds of rows that have a history, by their names."""
    models_ = [
        model for model in apps.get_models() if hasattr(model, "history") and not hasattr(model, "instance_type")
    ]
    named = [(model._meta.label_lower, str(capfirst(model._meta.verbose_name))) for model in models_]
    return sorted(named, key=lambda kind: kind[1])


class AuditForm(forms.Form):
    """What is asked of the audit. `search` is a reference, or the name of a request."""

    search = forms.CharField(
        label=gettext_lazy("Reference or request"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("As HLD-0018, or the name of a request as it stands in an entry."),
    )
    person = forms.ModelChoiceField(
        label=gettext_lazy("Who"),
        required=False,
        queryset=get_user_model().objects.none(),
        empty_label=gettext_lazy("Anybody"),
    )
    what = forms.ChoiceField(
        label=gettext_lazy("What"), required=False, choices=[("", gettext_lazy("Anything")), *AuditEntry.What.choices]
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of row"), required=False)
    since = PickedDayField(label=gettext_lazy("From"), required=False)
    until = PickedDayField(label=gettext_lazy("Until"), required=False)
    origin = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = get_user_model().objects.order_by("username")
        self.fields["person"].label_from_instance = person_name
        self.fields["kind"].choices = [("", _("Any")), *kinds()]

    def clean_search(self):
        return self.cleaned_data["search"].replace("\0", "")

    def clean(self):
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day cannot be before the first."))
        return self.cleaned_data

    def entries(self) -> QuerySet[AuditEntry]:
        """Newest first; needs a form that is valid."""
        asked = self.cleaned_data
        found = AuditEntry.objects.select_related("person")
        for name in ("person", "what", "kind", "origin"):
            if asked[name]:
                found = found.filter(**{name: asked[name]})
        if asked["since"]:
            found = found.filter(moment__gte=datetime.combine(asked["since"], time(), UTC))
        if asked["until"]:
            found = found.filter(moment__lte=datetime.combine(asked["until"], time.max, UTC))
        return found.filter(about(asked["search"])) if asked["search"] else found


def about(words: str) -> Q:
    """Entries of one request, or on a commitment and on all that hangs on it, deleted rows included."""
    of_request = Q(request_id=words)
    commitments = set(Commitment.history.filter(reference__iexact=words).values_list("id", flat=True))
    if not commitments:
        return of_request
    asked = of_request | Q(kind=Commitment._meta.label_lower, row__in=commitments)
    for model, path in hanging_on(Commitment):
        keys = commitments
        for link, below in path:
            keys = set(below.history.filter(**{f"{link}__in": keys}).values_list("id", flat=True))
        asked |= Q(kind=model._meta.label_lower, row__in=keys)
    return asked


def hanging_on(whole: type[models.Model], depth: int = 2) -> Iterator[tuple[type[models.Model], list]]:
    """Models with a history that belong to a row of this one, with the columns that lead down to them."""
    for model in apps.get_models():
        link = link_to(model, whole)
        if link and model is not whole:
            yield model, [(link, model)]
            if depth > 1:
                for below, path in hanging_on(model, depth - 1):
                    yield below, [(link, model), *path]


def link_to(model: type[models.Model], whole: type[models.Model]) -> str:
    """The column by which rows of a model belong to a row of another: named like it, as `commitment`, `report`."""
    if not hasattr(model, "history") or hasattr(model, "instance_type"):
        return ""
    for column in model._meta.fields:
        if column.related_model is whole and whole._meta.model_name.endswith(column.name):
            return column.attname
    return ""


def references(kind: str, keys: set[int]) -> dict[int, str]:
    """The references under which rows of the register are known, deleted ones included; {} for other kinds."""
    model = apps.get_model(kind)
    if model is Commitment:
        return dict(Commitment.history.filter(id__in=keys).values_list("id", "reference"))
    for column in model._meta.fields:
        whole = column.related_model
        if whole and link_to(model, whole) and (whole is Commitment or link_to(whole, Commitment)):
            upward = dict(model.history.filter(id__in=keys).order_by("history_id").values_list("id", column.attname))
            known = references(whole._meta.label_lower, set(upward.values()))
            return {key: known[up] for key, up in upward.items() if up in known}
    return {}


@dataclass(frozen=True)
class Told:
    """An entry in words, and where it leads for this person."""

    entry: AuditEntry
    who: str
    done: str
    row: str = ""
    address: str = ""
    history: str = ""

    @property
    def cells(self) -> list[str]:
        entry = self.entry
        return [
            entry.moment.isoformat(),
            entry.person.username if entry.person else "",
            entry.what,
            entry.kind,
            self.row,
            "" if entry.row is None else str(entry.row),
            "" if entry.line is None else str(entry.line),
            entry.reason,
            entry.request_id,
            entry.via,
            entry.origin,
        ]


CELLS = ["moment", "person", "what", "kind", "about", "row", "line", "reason", "request", "via", "origin"]


@dataclass(frozen=True)
class Rows:
    """The rows of one kind that some entries are about: those that the person sees, and the references of all."""

    name: str
    seen: dict[int, models.Model]
    references: dict[int, str]
    table: str
    may_read_history: bool
    may_see_gone: bool

    @classmethod
    def of(cls, kind: str, keys: set[int], request, site) -> Self | None:
        try:
            model = apps.get_model(kind)
        except LookupError:
            return None
        table = site._registry.get(model)
        seen = {}
        if table and table.has_view_permission(request):
            joined = table.list_select_related if isinstance(table.list_select_related, list | tuple) else ()
            seen = table.get_queryset(request).select_related(*joined).in_bulk(keys)
        return cls(
            name=str(capfirst(model._meta.verbose_name)),
            seen=seen,
            references=references(kind, keys),
            table=f"{site.name}:{model._meta.app_label}_{model._meta.model_name}" if table else "",
            may_read_history=hasattr(table, "may_read_history") and table.may_read_history(request),
            may_see_gone=hasattr(table, "may_read_history_of_gone") and table.may_read_history_of_gone(request),
        )

    def named(self, key: int) -> str:
        if reference := self.references.get(key):
            return f"{self.name} {reference}"
        if key in self.seen:
            return f"{self.name}: {self.seen[key]}"
        return _("%(kind)s number %(key)s") % {"kind": self.name, "key": key}

    def addresses(self, key: int) -> tuple[str, str]:
        page = reverse(f"{self.table}_change", args=[key]) if key in self.seen else ""
        readable = self.may_read_history if key in self.seen else self.may_see_gone
        return page, reverse(f"{self.table}_history", args=[key]) if readable else ""


def told(entries: Iterable[AuditEntry], request, site) -> list[Told]:
    """Entries in words; a few queries for each kind of row, however many entries there are."""
    entries = list(entries)
    by_kind: dict[str, set[int]] = {}
    for entry in entries:
        if entry.kind and entry.row is not None:
            by_kind.setdefault(entry.kind, set()).add(entry.row)
    rows = {kind: Rows.of(kind, keys, request, site) for kind, keys in by_kind.items()}
    return [_told(entry, rows.get(entry.kind)) for entry in entries]


def _told(entry: AuditEntry, rows: Rows | None) -> Told:
    who = person_name(entry.person) if entry.person else ""
    reason = str(REASONS.get(entry.reason, entry.reason))
    done = str(entry.get_what_display())
    if reason:
        done = f"{done} ({reason})"
    if rows is None or entry.row is None:
        return Told(entry, who, done)
    page, history = rows.addresses(entry.row)
    anchor = f"#{entry.kind.partition('.')[2]}-{entry.line}" if entry.line else ""
    return Told(entry, who, done, rows.named(entry.row), page, history and f"{history}{anchor}")


@dataclass(frozen=True)
class Page:
    """Some entries, newest first, and the key of the last, before which the next page goes on; None at the end."""

    entries: list[AuditEntry]
    next: int | None
    count: int
    is_counted: bool


def page_of(found: QuerySet[AuditEntry], before: int | None) -> Page:
    """A page is found by its place in an index, never by counting what stands before it."""
    count = found.order_by()[: COUNTED + 1].count()
    if before and (last := AuditEntry.objects.filter(pk=before).first()):
        found = found.filter(Q(moment__lte=last.moment), Q(moment__lt=last.moment) | Q(pk__lt=last.pk))
    entries = list(found[: PER_PAGE + 1])
    more = len(entries) > PER_PAGE
    entries = entries[:PER_PAGE]
    return Page(entries, entries[-1].pk if more else None, min(count, COUNTED), count <= COUNTED)


def records(found: QuerySet[AuditEntry], request, site) -> Iterator[list[str]]:
    """All of it as lines of a file, read and named some hundreds at a time."""
    with closing(found.iterator(chunk_size=500)) as entries:
        with statement_limit(settings.DATABASE_EXPORT_TIMEOUT):  # all entries are found before the first is read
            some = list(islice(entries, 500))
        while some:
            yield from (one.cells for one in told(some, request, site))
            some = list(islice(entries, 500))
