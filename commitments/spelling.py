"""Near spellings: what a search that found nothing may have meant, in words that published texts hold."""

import re
from datetime import date
from itertools import product

from django.db import OperationalError, connection, transaction

from commitments.models import Commitment
from foundation.postgresql.session_limits import statement_limit, was_cancelled

WORD = re.compile(r"(?<![\w-])[^\W\d_]{4,40}\b")
MOST_WORDS = 6
MOST_QUESTIONS = 3
# Near spellings are an extra: a page does not wait longer for them.
LIMIT = "2s"
LIKE = 0.35  # of the trigrams of two words together, those that they share

# The likest words to each word asked, each of another stem. What differs by case and accents alone is one word.
NEAREST = """
    WITH texts AS ({texts}),
    vocabulary AS MATERIALIZED (
        SELECT word, unaccent(word) AS plain
        FROM texts, regexp_split_to_table(lower(title || ' ' || words), '[^[:alpha:]]+') AS word
        WHERE length(word) >= 4
        GROUP BY word
    )
    SELECT asked.word, nearest.word, nearest.likeness
    FROM unnest(%s) AS asked (word)
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (to_tsvector('portal_english', alike.word)) alike.*
        FROM (
            SELECT word, similarity(plain, unaccent(asked.word)) AS likeness
            FROM vocabulary
            ORDER BY likeness DESC, word
            LIMIT 12
        ) AS alike
        WHERE likeness >= %s
        ORDER BY to_tsvector('portal_english', alike.word), likeness DESC, word
    ) AS nearest
    ORDER BY asked.word, nearest.likeness DESC, nearest.word
"""


def near_questions(text: str, day: date | None = None) -> list[str]:
    """The question with each word that no published text holds replaced by one that is spelt alike, likest first.

    None where finding them takes too long.
    """
    asked = list(dict.fromkeys(word.lower() for word in WORD.findall(text)))[:MOST_WORDS]
    if not asked:
        return []
    try:
        with transaction.atomic(), statement_limit(LIMIT):
            alike = _alike_to_unknown(asked, day)
    except OperationalError as error:
        if was_cancelled(error):
            return []
        raise
    if not alike:
        return []
    likest = sorted(product(*alike.values()), key=lambda words: -sum(likeness for _word, likeness in words))
    return [_with_words(text, dict(zip(alike, words, strict=True))) for words in likest[:MOST_QUESTIONS]]


def _alike_to_unknown(words: list[str], day: date | None) -> dict[str, list[tuple[str, float]]]:
    """For each word that no published text holds those that are spelt alike, and how like they are."""
    published = Commitment.objects.published(day)
    unknown = [word for word in words if not published.search(word, day).exists()]
    return _alike(unknown, day) if unknown else {}


def _with_words(text: str, words: dict[str, tuple[str, float]]) -> str:
    return WORD.sub(lambda match: words.get(match[0].lower(), (match[0], 0))[0], text)


def _alike(words: list[str], day: date | None) -> dict[str, list[tuple[str, float]]]:
    """For each word those of the published texts that are spelt alike, and how like they are."""
    published = Commitment.objects.published(day).with_words(day).order_by()
    texts, parameters = published.values("title", "words").query.sql_with_params()
    alike: dict[str, list[tuple[str, float]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(NEAREST.format(texts=texts), [*parameters, words, LIKE])
        for word, near, likeness in cursor:
            alike.setdefault(word, []).append((near, likeness))
    return {word: near[:MOST_QUESTIONS] for word, near in alike.items()}
