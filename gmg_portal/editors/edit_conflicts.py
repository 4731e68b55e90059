"""Two editors on one form: what the other saved beside what this one typed, field by field, and whose wording stands.

A form that comes too late is shown again with a table of its contests. Where both changed a field the person says which
wording is to stand; where only the other did, theirs is laid into the form. Sent again, the form counts as written upon
the version that the table showed: if that is no longer the newest, the next table comes.
"""

from dataclasses import dataclass

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from commitments.autosave import CONCURRENCY_FIELDS
from foundation.text.diff import Piece, diff_words
from foundation.text.numbers import is_whole_number

# Beside the fields' own names, so that nothing of it can be taken for a field.
SETTLED, SETTLED_LINE, TAKE = "_settled", "_settled_line", "_take-"
THEIRS, YOURS = "theirs", "yours"


@dataclass(frozen=True)
class Contest:
    """A field that the other has changed, and that stands differently in this form."""

    name: str
    html_name: str
    choice_name: str
    label: str
    theirs: str
    yours: str
    pieces: list[Piece]
    is_open: bool  # both changed it: the person has to say which wording stands
    can_keep: bool  # a file that was sent is not kept over a refusal
    choice: str


@dataclass(frozen=True)
class Clash:
    """One row that somebody else saved meanwhile."""

    row: str
    sentences: list[str]
    contests: list[Contest]
    settled_name: str
    settled: str
    line_name: str
    line: int | None
    can_settle: bool


def contests(form: forms.ModelForm, now: forms.ModelForm, before: forms.ModelForm | None) -> list[Contest]:
    """What `form`, as sent, says otherwise than the row does `now`, where the row does not stand as it did `before`."""
    found = (_contest(form, now, before, name) for name in now.fields if name not in CONCURRENCY_FIELDS)
    return [contest for contest in found if contest]


def _contest(form, now, before, name: str) -> Contest | None:
    field, html_name = now.fields[name], form.add_prefix(name)
    yours = as_typed(form, name)
    theirs = as_sent(now, name)
    # What the history says of a choice of several is what it is today.
    known = before is not None and not isinstance(field, forms.ModelMultipleChoiceField)
    base = as_sent(before, name) if known else None
    if yours is None or yours == theirs or theirs == base:
        return None
    said, typed = in_words(field, theirs), in_words(field, yours)
    choice_name = form.add_prefix(f"{TAKE}{name}")
    return Contest(
        name=name,
        html_name=html_name,
        choice_name=choice_name,
        label=str(now[name].label),
        theirs=said,
        yours=typed,
        pieces=diff_words(said, typed),
        is_open=yours != base,
        can_keep=not isinstance(field, forms.FileField),
        choice=form.data.get(choice_name, ""),
    )


def as_typed(form: forms.ModelForm, name: str) -> list[str] | None:
    """What was sent for a field; None where the form did not hold it."""
    field, html_name = form.fields[name], form.add_prefix(name)
    if isinstance(field, forms.FileField):
        return [form.files[html_name].name] if html_name in form.files else None
    if field.widget.value_omitted_from_data(form.data, form.files, html_name):
        return None
    return [value.strip().replace("\r\n", "\n") for value in form.data.getlist(html_name)]


def as_sent(form: forms.ModelForm, name: str) -> list[str]:
    """What a browser would send for a field of a form that was only opened."""
    field, value = form.fields[name], form[name].value()
    if isinstance(field, forms.BooleanField):
        return ["on"] if value else []
    if isinstance(field, forms.ModelMultipleChoiceField | forms.MultipleChoiceField):
        return [str(one) for one in value or []]
    if isinstance(field, forms.FileField):
        return [str(value.name)] if value else []
    if value is None:
        return [""]
    if not isinstance(field, forms.ChoiceField):
        value = field.widget.format_value(value) or ""
    return [str(value).strip().replace("\r\n", "\n")]


def in_words(field: forms.Field, values: list[str]) -> str:
    """The value of a field as the form shows it; an empty one has to be seen too."""
    if isinstance(field, forms.BooleanField):
        return _("Yes") if values else _("No")
    if isinstance(field, forms.FileField):
        return _("A file") if values else "–"
    if isinstance(field, forms.ModelChoiceField):
        keys = [value for value in values if is_whole_number(value)]
        return "; ".join(map(str, field.queryset.filter(pk__in=keys))) or "–"
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in field.choices if key}
        values = [labels.get(value, value) for value in values]
    return "; ".join(value for value in values if value) or "–"


def settle(form: forms.ModelForm, now: forms.ModelForm, found: list[Contest]) -> bool:
    """Lay what the person decided into the data of the form; whether it is decided upon what stands now."""
    line = form.data.get(form.add_prefix(SETTLED_LINE), "")
    settled = form.data.get(form.add_prefix(SETTLED), "")
    asked = [contest for contest in found if contest.is_open and contest.can_keep]
    shown = settled == as_sent(now, "version")[0]
    if not shown or any(contest.choice not in (THEIRS, YOURS) for contest in asked):
        return False
    take(form, now, [contest.name for contest in found if contest.choice == THEIRS])
    form.data[form.add_prefix("version")] = settled
    form.data[form.add_prefix("opened")] = line
    return True


def take(form: forms.ModelForm, now: forms.ModelForm, names: list[str]) -> None:
    """Put what stands now into the form in the place of what was sent."""
    form.data = data = form.data.copy()
    for name in names:
        if not isinstance(now.fields[name], forms.FileField):
            data.setlist(form.add_prefix(name), as_sent(now, name))


def as_it_was(form: forms.ModelForm, row: models.Model, opened: int | None) -> forms.ModelForm | None:
    """The form as it was opened, by the row's history; None where the history does not reach back."""
    line = row.history.filter(history_id=opened).first() if opened else None
    return type(form)(instance=line.instance, prefix=form.prefix) if line else None
