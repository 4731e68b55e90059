"""Working copies: keeping what was typed, laying it into a form again, and taking over what a colleague left."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from commitments.models import Commitment, WorkingCopy
from foundation.text.numbers import is_whole_number

# Characters in all fields together: some hundred pages.
MOST = 300_000
NUL = "\x00"  # no column of the database takes it
MACHINERY = ("version", "opened")


class TypedElsewhere(ValidationError):
    """The same person types into the same form in another window or on another machine."""


class TooMuch(ValidationError):
    pass


def typed(data: QueryDict) -> dict[str, list[str]]:
    """What a browser sends of a form, without what belongs to the sending: buttons, tokens, choices in a clash."""
    return {
        name.replace(NUL, ""): [value.replace(NUL, "") for value in data.getlist(name)]
        for name in sorted(data)
        if not (name.startswith("_") or "-_" in name or name == "csrfmiddlewaretoken")
    }


@transaction.atomic
def keep(row, about: Commitment | None, fields: dict, *, window: str, seen: str, by) -> WorkingCopy:
    """Keep what a person has typed into the form of a row so far. Writes nothing where nothing changed.

    `window` tells one open form from another, `seen` is the mark of the copy that the form knows.
    """
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > MOST:
        raise TooMuch(_("This is too long to be saved as you type: use ‘Save draft’."))
    copy = WorkingCopy.objects.of(by, row, about).select_for_update().first()
    if copy and copy.fields == fields:
        return copy
    if copy and window != copy.window and seen != copy.saved_at.isoformat():
        raise TypedElsewhere(
            _("You type into this form in another window too, and that is what is kept. Save one of the two.")
        )
    told = {
        "fields": fields,
        "window": window[:40],
        "version": version_of(fields) if row.pk else None,
        "saved_at": timezone.now(),
    }
    key = {"user": by, "form": row._meta.model_name, "row": row.pk, "commitment": about if row.pk is None else None}
    return WorkingCopy.objects.update_or_create(**key, defaults=told)[0]


@transaction.atomic
def take_over(copy: WorkingCopy, row, about: Commitment | None, *, by) -> WorkingCopy:
    """Make a colleague's copy one's own: it is there once, and its words go on with whoever goes on."""
    copy = WorkingCopy.objects.offered_to(by, row, about).select_for_update(of=("self",)).filter(pk=copy.pk).first()
    if copy is None:
        raise PermissionDenied(_("This is no longer there to be taken over."))
    if WorkingCopy.objects.of(by, row, about).exists():
        raise ValidationError(_("You have typed something here yourself and not saved it: save or discard that first."))
    copy.user = by
    copy.window = ""
    copy.save()
    return copy


def version_of(fields: dict) -> int | None:
    """The version on which a form was opened; the mark is signed, but here it is only told."""
    number = (fields.get("version") or [""])[0].partition(":")[0]
    return int(number) if is_whole_number(number) else None


def as_data(fields: dict) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def lay(data: QueryDict, form: forms.ModelForm, prefix: str | None = None) -> None:
    """Put what was typed into a form that was only opened, as its initial values.

    With the prefix of a row that is entered anew only its words are taken, not the marks of what it was.
    """
    for name, field in form.fields.items():
        html_name = f"{prefix}-{name}" if prefix else form.add_prefix(name)
        left_out = isinstance(field, forms.FileField) or field.widget.value_omitted_from_data(data, {}, html_name)
        if left_out or prefix and (name in MACHINERY or isinstance(field, forms.ModelChoiceField)):
            continue
        value = field.widget.value_from_datadict(data, {}, html_name)
        form.initial[name] = marked(field, value) if name == "version" else value


def marked(field: forms.Field, value: str) -> int:
    """The version behind a mark; none, which no row has, where the mark cannot be read any more."""
    return max(field.to_python(value), 0)


def new_rows(data: QueryDict, formset: type[forms.BaseInlineFormSet], known: set[str]) -> list[str]:
    """The prefixes of rows that are not among those known: entered anew, or deleted since by somebody else."""
    prefix, key = formset.get_default_prefix(), formset.model._meta.pk.name
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    rows = [f"{prefix}-{number}" for number in range(min(int(total), 100) if is_whole_number(total) else 0)]
    return [
        row
        for row in rows
        if data.get(f"{row}-{key}", "") not in known and formset.form(data, prefix=row).has_changed()
    ]


def lay_rows(data: QueryDict, formset: forms.BaseInlineFormSet) -> None:
    """Put what was typed into the rows under a form: each into its own, what is new into the empty ones."""
    key = formset.model._meta.pk.name
    places = {data.get(name): name.rpartition("-")[0] for name in data if name.endswith(f"-{key}") and data[name]}
    known = set()
    for form in formset.initial_forms:
        known.add(str(form.instance.pk))
        place = places.get(str(form.instance.pk))
        if place:
            lay(_under(data, place, form.prefix), form)
    for form, row in zip(formset.extra_forms, new_rows(data, type(formset), known), strict=False):
        lay(data, form, row)


def _under(data: QueryDict, place: str, prefix: str) -> QueryDict:
    """The entries of one row under the prefix that it has today."""
    row = QueryDict(mutable=True)
    for name in data:
        if name.startswith(f"{place}-"):
            row.setlist(prefix + name[len(place) :], data.getlist(name))
    return row
