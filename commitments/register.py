"""The question that an address of the register holds, and the addresses of the questions near it."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from commitments.filters import CommitmentFilter, WordsField, given_twice
from commitments.spelling import near_questions

VIEWS = [("cards", _("Cards")), ("table", _("Table"))]
SIZES = (20, 50, 100, 200)
# Words that turn the page and choose no rows.
PAGINATION_PARAMS = ("page", "page_size", "view", "fields")

Pair = tuple[str, str]


class PageForm(forms.Form):
    """Which rows of a long list to show, and how."""

    page = forms.IntegerField(
        min_value=1, required=False, error_messages={"invalid": _("page is a whole number from 1.")}
    )
    page_size = forms.IntegerField(
        min_value=1,
        max_value=200,
        required=False,
        error_messages={"invalid": _("page_size is a whole number from 1 to 200.")},
    )
    view = WordsField(choices=VIEWS, required=False)

    def clean(self):
        for word in ("page", "page_size"):
            if len([value for value in self.data.getlist(word) if value]) > 1:
                self.add_error(None, given_twice(word))
        return super().clean()

    def clean_view(self):
        return (self.cleaned_data["view"] or ["cards"])[-1]


@dataclass(frozen=True)
class Chosen:
    """A word chosen, in words, and the address of the same question without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True)
class Way:
    """A question near one that found nothing: what to change, where it leads, and how many it finds."""

    label: str
    address: str
    count: int


class Question:
    """The words of an address; the filterset must be valid."""

    def __init__(self, data: QueryDict, filterset: CommitmentFilter):
        self.data = data
        self.filterset = filterset

    @cached_property
    def pairs(self) -> list[Pair]:
        return [(word, value) for word, values in self.data.lists() for value in dict.fromkeys(values) if value]

    @property
    def text(self) -> str:
        return self.data.get("q", "")

    @property
    def rows(self) -> str:
        """The words that choose rows, for the files."""
        return urlencode([pair for pair in self.pairs if pair[0] not in PAGINATION_PARAMS])

    @property
    def to_the_api(self) -> str:
        """The same for the API, which knows `fields` too."""
        return urlencode([pair for pair in self.pairs if pair[0] not in PAGINATION_PARAMS or pair[0] == "fields"])

    @property
    def narrowing(self) -> list[Chosen]:
        """What narrows the rows, in words."""
        return [chosen for word, chosen in self._chosen() if word not in CommitmentFilter.MANNER]

    @property
    def followed(self) -> str:
        """The words that narrow, in one order whatever that of the address: two of the same are one feed."""
        return urlencode(sorted(pair for pair in self.pairs if pair[0] in self.filterset.asked))

    def but(self, *words: str) -> str:
        """All words but these."""
        return urlencode([pair for pair in self.pairs if pair[0] not in words])

    @property
    def of_all_pages(self) -> str:
        """All words but the page."""
        return self.but("page")

    @property
    def without_view(self) -> str:
        """All words but the view, to put before another; it shows the same rows."""
        return _before(self.but("view"))

    @cached_property
    def chosen(self) -> list[Chosen]:
        return [chosen for _word, chosen in self._chosen()]

    @property
    def hidden(self) -> list[Pair]:
        """What the form holds on to without showing it."""
        return [pair for pair in self.pairs if pair[0] in ("view", "fields")]

    def spellings(self) -> list[Way]:
        """The same question with its search spelt otherwise, where that finds something, nearest first."""
        searched = self.filterset.asked.get("q")
        if not searched:
            return []
        others, day = self.filterset.narrowed(without="q"), self.filterset.day
        ways = [
            Way(near, self._spelt(near), others.search(near, day).count()) for near in near_questions(searched, day)
        ]
        return [way for way in ways if way.count]

    def ways_out(self, without: dict[str, int]) -> list[Way]:
        """For each word chosen what there would be without it, most first."""
        ways = []
        for word, count in without.items():
            if count:
                values = ", ".join(self._label(word, value) for value in self.data.getlist(word) if value)
                words = {"filter": self.filterset.filters[word].label, "values": values}
                ways.append(Way(_("Without “%(filter)s: %(values)s”") % words, f"?{self.but(word, 'page')}", count))
        return sorted(ways, key=lambda way: -way.count)

    def _chosen(self) -> list[tuple[str, Chosen]]:
        filters = self.filterset.filters
        return [
            (word, Chosen(str(filters[word].label), self._label(word, value), self._without((word, value))))
            for word, value in self.pairs
            if word in filters and word != "ordering"
        ]

    def _spelt(self, text: str) -> str:
        return f"?{urlencode([(word, text if word == 'q' else value) for word, value in self.pairs if word != 'page'])}"

    def _without(self, gone: Pair) -> str:
        return f"?{urlencode([pair for pair in self.pairs if pair != gone and pair[0] != 'page'])}"

    def _label(self, word: str, value: str) -> str:
        choices = getattr(self.filterset.form.fields[word], "choices", [])
        return next((str(label) for known, label in choices if str(known) == value), value)


def _before(words: str) -> str:
    return f"{words}&" if words else ""
