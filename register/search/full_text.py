"""Full-text search in PostgreSQL: queries as people type them, and texts with their hits highlighted."""

import re

from django import forms
from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.db.models import F, Func, TextField, Value
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

# The longest search that is answered, in characters and in different words.
MAX_CHARACTERS = 200
MAX_WORDS = 20

# English stems without accents: ‘cote’ finds ‘Côte’, and ‘recruits’ finds ‘recruitment’.
SEARCH_CONFIG = "portal_english"
# Punctuation that PostgreSQL takes for letters if the database's locale is C: ‘“fair”’ would be one word.
# The SQL function `portal_punctuation_to_spaces` has the same characters and replaces them with spaces.
PUNCTUATION = "‘’“”„‹›«»–—…‑•·→\u00a0\u202f"
SIGNS_TO_SPACES = str.maketrans({sign: '"' if sign in "“”„«»" else " " for sign in PUNCTUATION})
# Characters that occur in no text: they mark hits, and replace the punctuation while PostgreSQL marks hits.
# ‘<’ is replaced as well, because PostgreSQL drops what looks like a tag.
HIT_STARTS, HIT_ENDS = "\x01", "\x02"
SUBSTITUTED = f"<{PUNCTUATION}"
SUBSTITUTES = "".join(map(chr, [*range(0x03, 0x09), *range(0x0E, 0x20)]))[: len(SUBSTITUTED)]
RESTORED = str.maketrans(SUBSTITUTES, SUBSTITUTED)
QUERY_PARTS = re.compile(r'(-?)("[^"]*"|[^\s"]+)')
WORD = re.compile(r"[^\W_]+")
# Operators of tsquery. Outside of quotes they have no meaning here, and PostgreSQL refuses many of them.
OPERATORS = str.maketrans(dict.fromkeys("()&|!:*<>\\", " "))
EITHER = "or"


def search_error(text: str) -> str:
    """Return a sentence that says why a search is not answered; '' if it is."""
    if len(text) > MAX_CHARACTERS:
        return _(
            "This search has %(count)s characters. A search may have up to %(most)s: leave out words that matter less."
        ) % {"count": len(text), "most": MAX_CHARACTERS}
    count = len({word.casefold() for word in WORD.findall(text)})
    if count > MAX_WORDS:
        return _(
            "This search has %(count)s different words. A search may have up to %(most)s: leave out some of them."
        ) % {"count": count, "most": MAX_WORDS}
    return ""


class SearchTextField(forms.CharField):
    """A field for a search text; refuses texts that are too long."""

    def validate(self, value):
        super().validate(value)
        if problem := search_error(value):
            raise forms.ValidationError(problem, code="too_long")


class WebSearchQuery(SearchQuery):
    """A tsquery of a text as people type it; it matches nothing if PostgreSQL cannot parse the text."""

    SEARCH_TYPES = {**SearchQuery.SEARCH_TYPES, "websearch": "portal_websearch"}


def search_query(text: str) -> SearchQuery:
    """Return the query for a search text: “quotes” keep words together, a minus excludes a word, `or` means either."""
    return WebSearchQuery(normalize_search(text), config=SEARCH_CONFIG, search_type="websearch")


def normalize_search(text: str) -> str:
    """Return the search text with each part once, and without punctuation that has no meaning in it.

    A part repeated between two ‘or’ is dropped, and so is an alternative that is repeated as a whole.
    """
    alternatives: list[dict[str, None]] = [{}]
    for minus, part in search_parts(text):
        if not minus and part.lower() == EITHER:
            alternatives.append({})
        else:
            alternatives[-1][f"{minus}{part}"] = None
    texts = dict.fromkeys(" ".join(parts) for parts in alternatives if parts)
    return f" {EITHER} ".join(texts)


def search_parts(text: str) -> list[tuple[str, str]]:
    """Return the words and “quoted phrases” of a search in order, each as (minus or '', part)."""
    parts = []
    for minus, part in QUERY_PARTS.findall(_without_operators(text.translate(SIGNS_TO_SPACES))):
        stripped = part if part.startswith('"') else part.lstrip("-")
        if WORD.search(stripped):
            parts.append((minus, stripped))
    return parts


def _without_operators(text: str) -> str:
    """Return the text with operators of tsquery outside of quotes replaced by spaces."""
    pieces = text.split('"')
    quoted = range(1, len(pieces) - 1, 2)
    return '"'.join(piece if place in quoted else piece.translate(OPERATORS) for place, piece in enumerate(pieces))


def plain(text) -> Func:
    """Return the text of a column or expression, normalized as it is searched."""
    return Func(text, function="portal_punctuation_to_spaces", output_field=TextField())


def headline(column: str, text: str, **options) -> SearchHeadline:
    """Return a column with the hits of any word of a search marked; `highlight_html()` makes HTML of it."""
    included = " or ".join(part for minus, part in search_parts(text) if not minus and part.lower() != EITHER)
    substituted = Func(
        F(column),
        Value(f"{SUBSTITUTED}{HIT_STARTS}{HIT_ENDS}"),
        Value(SUBSTITUTES),
        function="translate",
        output_field=TextField(),
    )
    marks = {"config": SEARCH_CONFIG, "start_sel": HIT_STARTS, "stop_sel": HIT_ENDS}
    return SearchHeadline(substituted, search_query(included), **marks, **options)


def highlight_html(text: str | None) -> SafeString | str:
    """Return the result of `headline()` as escaped HTML with <mark> around its hits; '' if it has no hits."""
    if not text or HIT_STARTS not in text:
        return ""
    escaped = escape(text.translate(RESTORED))
    return mark_safe(escaped.replace(HIT_STARTS, "<mark>").replace(HIT_ENDS, "</mark>"))  # noqa: S308
