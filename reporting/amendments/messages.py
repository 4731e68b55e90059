"""The sentences for changes. Each is a whole sentence, so that it can be translated."""

from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.public_fields import PublicTable, Sentences
from foundation.text.diff import Piece, diff_words

# For public fields that have no sentences of their own.
VALUE = Sentences(
    gettext_lazy("%(label)s changed from %(before)s to %(after)s."),
    gettext_lazy("%(label)s was given: %(after)s."),
    gettext_lazy("%(label)s, %(before)s, was taken away."),
)
TEXT = Sentences(
    gettext_lazy("%(label)s was reworded."),
    gettext_lazy("%(label)s was added."),
    gettext_lazy("%(label)s was taken away."),
)
MEMBER = Sentences(
    added=gettext_lazy("%(label)s: %(name)s was added."), removed=gettext_lazy("%(label)s: %(name)s was taken away.")
)


@dataclass(frozen=True)
class DescribedChange:
    """A change as a sentence; for texts also the pieces of the difference."""

    sentence: str
    wording: list[Piece] = field(default_factory=list)


def value_change(table: PublicTable, name: str, before: str, after: str, of: str = "") -> DescribedChange:
    """Return the change of a value; `before` and `after` are display values, '' if empty, `of` names the row."""
    params = {"label": table.label(name), "before": before, "after": after, "name": of}
    return DescribedChange(_choose(table[name].sentences or VALUE, before, after) % params)


def text_change(table: PublicTable, name: str, before: str, after: str, of: str = "") -> DescribedChange:
    """Return the change of a text, with the pieces of the difference."""
    sentence = _choose(table[name].sentences or TEXT, before, after) % {"label": table.label(name), "name": of}
    return DescribedChange(capfirst(sentence), diff_words(before, after))


def member_change(sentences: Sentences, name: str, *, joined: bool, label: str = "") -> DescribedChange:
    """Return the change of a set: a row, by its name, joined or left it."""
    sentence = str(sentences.added if joined else sentences.removed)
    return DescribedChange(capfirst(sentence % {"label": label, "name": name or _("something since deleted")}))


def _choose(sentences: Sentences, before: str, after: str) -> str:
    if not sentences.added or (before and after):
        return str(sentences.changed)
    return str(sentences.added if after else sentences.removed)
