"""How texts are searched and their hits marked, in PostgreSQL's full text search."""

import re

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.db.models import F, Func, TextField, Value
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

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


def search_query(text: str) -> SearchQuery:
    """A question as people type it: “quotes” keep words together, a minus leaves a word out, or means either."""
    return SearchQuery(text.translate(PLAIN), config=SEARCH_CONFIG, search_type="websearch")


def plain(text) -> Func:
    """The text of a column, or of an expression, as it is searched."""
    return Func(text, function="portal_plain", output_field=TextField())


def headline(column: str, text: str, **options) -> SearchHeadline:
    """A column with the hits of any of the words that a question asks for; see `marked()`."""
    parts = QUESTION_PARTS.findall(text.translate(PLAIN))
    wanted = " or ".join(part for minus, part in parts if not minus and part.lower() != "or")
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
