"""How texts are searched and their hits marked, in PostgreSQL's full text search."""

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

# English stems under plain letters: ‘cote’ finds ‘Côte’, and ‘recruits’ finds ‘recruitment’.
SEARCH_CONFIG = "portal_english"
# Where the database's locale is C, all signs beyond ASCII pass for letters: ‘“fair”’ would be one word, quotes and all.
# `portal_plain()` of migration 0002 has the same signs, and makes them spaces.
SIGNS = "‘’“”„‹›«»–—…‑•·→\u00a0\u202f"
PLAIN = str.maketrans({sign: '"' if sign in "“”„«»" else " " for sign in SIGNS})
# Around each hit, and in place of the signs while hits are looked for: characters that stand in no text.
# ‘<’ is among them because PostgreSQL drops what looks like a tag from a text that it marks.
HIT_STARTS, HIT_ENDS = "\x01", "\x02"
HELD = f"<{SIGNS}"
STAND_INS = "".join(map(chr, [*range(0x03, 0x09), *range(0x0E, 0x20)]))[: len(HELD)]
RESTORED = str.maketrans(STAND_INS, HELD)
QUESTION_PARTS = re.compile(r'(-?)("[^"]*"|[^\s"]+)')
WORD = re.compile(r"[^\W_]+")
# Signs that tsquery takes for operators. Outside of quotes they mean nothing here, and PostgreSQL refuses many of them.
OPERATORS = str.maketrans(dict.fromkeys("()&|!:*<>\\", " "))
EITHER = "or"


def search_problem(text: str) -> str:
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
    """A search, refused with a sentence where it is longer than what is answered."""

    def validate(self, value):
        super().validate(value)
        if problem := search_problem(value):
            raise forms.ValidationError(problem, code="too_long")


class WebSearchQuery(SearchQuery):
    """A tsquery of a text as people type it; one that finds nothing where PostgreSQL refuses the text."""

    SEARCH_TYPES = {**SearchQuery.SEARCH_TYPES, "websearch": "portal_websearch"}


def search_query(text: str) -> SearchQuery:
    """A question as people type it: “quotes” keep words together, a minus leaves a word out, or means either."""
    return WebSearchQuery(normalize_search(text), config=SEARCH_CONFIG, search_type="websearch")


def normalize_search(text: str) -> str:
    """Return the search with each part once, and without the signs that mean nothing in it.

    A part repeated between two ‘or’ adds nothing, and neither does an alternative that is repeated whole.
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
    """Return the words and “quoted phrases” of a search in their order, each with its minus ('' if it has none)."""
    parts = []
    for minus, part in QUESTION_PARTS.findall(_without_operators(text.translate(PLAIN))):
        stripped = part if part.startswith('"') else part.lstrip("-")
        if WORD.search(stripped):
            parts.append((minus, stripped))
    return parts


def _without_operators(text: str) -> str:
    """Return the text with operators of tsquery as spaces, but for those within quotes."""
    pieces = text.split('"')
    quoted = range(1, len(pieces) - 1, 2)
    return '"'.join(piece if place in quoted else piece.translate(OPERATORS) for place, piece in enumerate(pieces))


def plain(text) -> Func:
    """The text of a column, or of an expression, as it is searched."""
    return Func(text, function="portal_plain", output_field=TextField())


def headline(column: str, text: str, **options) -> SearchHeadline:
    """A column with the hits of any of the words that a question asks for; see `marked()`."""
    wanted = " or ".join(part for minus, part in search_parts(text) if not minus and part.lower() != EITHER)
    held = Func(
        F(column),
        Value(f"{HELD}{HIT_STARTS}{HIT_ENDS}"),
        Value(STAND_INS),
        function="translate",
        output_field=TextField(),
    )
    marks = {"config": SEARCH_CONFIG, "start_sel": HIT_STARTS, "stop_sel": HIT_ENDS}
    return SearchHeadline(held, search_query(wanted), **marks, **options)


def marked(text: str | None) -> SafeString | str:
    """What `headline()` answered, as HTML with its hits marked and all else in it escaped; '' if nothing was hit."""
    if not text or HIT_STARTS not in text:
        return ""
    escaped = escape(text.translate(RESTORED))
    return mark_safe(escaped.replace(HIT_STARTS, "<mark>").replace(HIT_ENDS, "</mark>"))  # noqa: S308
