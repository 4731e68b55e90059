"""Queries and presentation of audit entries for the admin: the search form, pages of entries, and the CSV export."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import islice
from typing import Self

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.models import Commitment
from foundation.dates.inputs import DayPickerField
from foundation.postgresql.session_limits import statement_limit
from gmg_portal.editors.histories.entries import REASONS, person_name
from gmg_portal.models import AuditEntry

PER_PAGE = 50
# Counting further would cost more than the exact number is worth.
COUNT_LIMIT = 1_000


def kind_choices() -> list[tuple[str, str]]:
    """Return (model label, name) of all models with a history, sorted by name."""
    audited_models = [
        model for model in apps.get_models() if hasattr(model, "history") and not hasattr(model, "instance_type")
    ]
    choices = [(model._meta.label_lower, str(capfirst(model._meta.verbose_name))) for model in audited_models]
    return sorted(choices, key=lambda choice: choice[1])


class AuditForm(forms.Form):
    """The search form of the audit page. `search` is a commitment's reference, or a request ID."""

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
    since = DayPickerField(label=gettext_lazy("From"), required=False)
    until = DayPickerField(label=gettext_lazy("Until"), required=False)
    origin = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = get_user_model().objects.order_by("username")
        self.fields["person"].label_from_instance = person_name
        self.fields["kind"].choices = [("", _("Any")), *kind_choices()]

    def clean_search(self):
        return self.cleaned_data["search"].replace("\0", "")

    def clean(self):
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day cannot be before the first."))
        return self.cleaned_data

    def entries(self) -> QuerySet[AuditEntry]:
        """Return the entries that meet every filter, newest first. The form must be valid."""
        params = self.cleaned_data
        entries = AuditEntry.objects.select_related("person")
        for name in ("person", "what", "kind", "origin"):
            if params[name]:
                entries = entries.filter(**{name: params[name]})
        if params["since"]:
            entries = entries.filter(occurred_at__gte=datetime.combine(params["since"], time(), UTC))
        if params["until"]:
            entries = entries.filter(occurred_at__lte=datetime.combine(params["until"], time.max, UTC))
        return entries.filter(subject_condition(params["search"])) if params["search"] else entries


def subject_condition(search: str) -> Q:
    """Return a condition for entries with this request ID, or on the commitment with this reference.

    The entries on a commitment include those on its dependent rows, also on deleted ones.
    """
    of_request = Q(request_id=search)
    commitments = set(Commitment.history.filter(reference__iexact=search).values_list("id", flat=True))
    if not commitments:
        return of_request
    condition = of_request | Q(kind=Commitment._meta.label_lower, row__in=commitments)
    for model, path in dependent_models(Commitment):
        keys = commitments
        for link, child in path:
            keys = set(child.history.filter(**{f"{link}__in": keys}).values_list("id", flat=True))
        condition |= Q(kind=model._meta.label_lower, row__in=keys)
    return condition


def dependent_models(parent: type[models.Model], depth: int = 2) -> Iterator[tuple[type[models.Model], list]]:
    """Yield the models with a history whose rows belong to a row of `parent`, directly or over one model in between.

    Each comes with its path: a list of (foreign key column, model), from the parent downward.
    """
    for model in apps.get_models():
        link = parent_column(model, parent)
        if link and model is not parent:
            yield model, [(link, model)]
            if depth > 1:
                for child, path in dependent_models(model, depth - 1):
                    yield child, [(link, model), *path]


def parent_column(model: type[models.Model], parent: type[models.Model]) -> str:
    """Return the foreign key column that links a model to its parent, or "" if the model is not a part of it.

    Only a column that is named after the parent counts, such as `commitment` or `report`.
    """
    if not hasattr(model, "history") or hasattr(model, "instance_type"):
        return ""
    for column in model._meta.fields:
        if column.related_model is parent and parent._meta.model_name.endswith(column.name):
            return column.attname
    return ""


def references_by_key(kind: str, keys: set[int]) -> dict[int, str]:
    """Return the commitment's reference for each row of a kind, also for deleted rows; {} for unrelated kinds."""
    model = apps.get_model(kind)
    if model is Commitment:
        return dict(Commitment.history.filter(id__in=keys).values_list("id", "reference"))
    for column in model._meta.fields:
        parent = column.related_model
        if parent and parent_column(model, parent) and (parent is Commitment or parent_column(parent, Commitment)):
            parents = dict(model.history.filter(id__in=keys).order_by("history_id").values_list("id", column.attname))
            references = references_by_key(parent._meta.label_lower, set(parents.values()))
            return {key: references[parent_key] for key, parent_key in parents.items() if parent_key in references}
    return {}


@dataclass(frozen=True)
class DescribedEntry:
    """An audit entry with its texts for display, and the links that this person may follow."""

    entry: AuditEntry
    person_name: str
    event: str
    row_label: str = ""
    row_url: str = ""
    history_url: str = ""

    @property
    def as_csv_row(self) -> list[str]:
        entry = self.entry
        return [
            entry.occurred_at.isoformat(),
            entry.person.username if entry.person else "",
            entry.what,
            entry.kind,
            self.row_label,
            "" if entry.row is None else str(entry.row),
            "" if entry.line is None else str(entry.line),
            entry.reason,
            entry.request_id,
            entry.via,
            entry.origin,
        ]


CSV_HEADER = ["occurred_at", "person", "what", "kind", "about", "row", "line", "reason", "request", "via", "origin"]


@dataclass(frozen=True)
class AuditedRows:
    """The rows of one kind that some entries are about: those that the person may view, and the references of all.

    `url_prefix` is '' for a kind that the admin does not register.
    """

    kind_name: str
    visible: dict[int, models.Model]
    references: dict[int, str]
    url_prefix: str
    may_read_history: bool
    may_read_deleted: bool

    @classmethod
    def read(cls, kind: str, keys: set[int], request: HttpRequest, site: AdminSite) -> Self | None:
        try:
            model = apps.get_model(kind)
        except LookupError:
            return None
        model_admin = site._registry.get(model)
        visible = {}
        if model_admin and model_admin.has_view_permission(request):
            select_related = model_admin.list_select_related
            joined = select_related if isinstance(select_related, list | tuple) else ()
            visible = model_admin.get_queryset(request).select_related(*joined).in_bulk(keys)
        may_read_deleted = getattr(model_admin, "may_read_history_of_gone", None)
        return cls(
            kind_name=str(capfirst(model._meta.verbose_name)),
            visible=visible,
            references=references_by_key(kind, keys),
            url_prefix=f"{site.name}:{model._meta.app_label}_{model._meta.model_name}" if model_admin else "",
            may_read_history=hasattr(model_admin, "may_read_history") and model_admin.may_read_history(request),
            may_read_deleted=bool(may_read_deleted and may_read_deleted(request)),
        )

    def label(self, key: int) -> str:
        if reference := self.references.get(key):
            return f"{self.kind_name} {reference}"
        if key in self.visible:
            return f"{self.kind_name}: {self.visible[key]}"
        return _("%(kind)s number %(key)s") % {"kind": self.kind_name, "key": key}

    def urls(self, key: int) -> tuple[str, str]:
        """Return the URLs of a row's page and of its history; "" for one that the person may not open."""
        page = reverse(f"{self.url_prefix}_change", args=[key]) if key in self.visible else ""
        is_readable = self.may_read_history if key in self.visible else self.may_read_deleted
        return page, reverse(f"{self.url_prefix}_history", args=[key]) if is_readable else ""


def describe_entries(entries: Iterable[AuditEntry], request: HttpRequest, site: AdminSite) -> list[DescribedEntry]:
    """Return the entries with their texts and links, in a few queries for each kind of row."""
    entries = list(entries)
    by_kind: dict[str, set[int]] = {}
    for entry in entries:
        if entry.kind and entry.row is not None:
            by_kind.setdefault(entry.kind, set()).add(entry.row)
    rows = {kind: AuditedRows.read(kind, keys, request, site) for kind, keys in by_kind.items()}
    return [_describe_entry(entry, rows.get(entry.kind)) for entry in entries]


def _describe_entry(entry: AuditEntry, rows: AuditedRows | None) -> DescribedEntry:
    person = person_name(entry.person) if entry.person else ""
    reason = str(REASONS.get(entry.reason, entry.reason))
    event = str(entry.get_what_display())
    if reason:
        event = f"{event} ({reason})"
    if rows is None or entry.row is None:
        return DescribedEntry(entry, person, event)
    page, history = rows.urls(entry.row)
    anchor = f"#{entry.kind.partition('.')[2]}-{entry.line}" if entry.line else ""
    return DescribedEntry(entry, person, event, rows.label(entry.row), page, history and f"{history}{anchor}")


@dataclass(frozen=True)
class EntriesPage:
    """A page of entries, newest first. `next` is the key before which the next page starts; None on the last page.

    `count` is the number of all entries, at most `COUNT_LIMIT`; `is_counted` is False where there are more.
    """

    entries: list[AuditEntry]
    next: int | None
    count: int
    is_counted: bool


def entries_page(entries: QuerySet[AuditEntry], before: int | None) -> EntriesPage:
    """Return the page that starts before the entry with this key, by keyset pagination (no OFFSET)."""
    count = entries.order_by()[: COUNT_LIMIT + 1].count()
    if before and (last := AuditEntry.objects.filter(pk=before).first()):
        entries = entries.filter(
            Q(occurred_at__lte=last.occurred_at), Q(occurred_at__lt=last.occurred_at) | Q(pk__lt=last.pk)
        )
    rows = list(entries[: PER_PAGE + 1])
    has_more = len(rows) > PER_PAGE
    rows = rows[:PER_PAGE]
    return EntriesPage(rows, rows[-1].pk if has_more else None, min(count, COUNT_LIMIT), count <= COUNT_LIMIT)


def csv_rows(entries: QuerySet[AuditEntry], request: HttpRequest, site: AdminSite) -> Iterator[list[str]]:
    """Yield the entries as rows of the CSV export, read and described in chunks of 500."""
    with closing(entries.iterator(chunk_size=500)) as rows:
        with statement_limit(settings.DATABASE_EXPORT_TIMEOUT):  # the server finds all entries before the first chunk
            chunk = list(islice(rows, 500))
        while chunk:
            yield from (described.as_csv_row for described in describe_entries(chunk, request, site))
            chunk = list(islice(rows, 500))
