"""Spelling suggestions for searches without results, from the words of published texts."""

import re
from datetime import date
from itertools import product

from django.db import OperationalError, connection, transaction

from foundation.postgresql.session_limits import statement_limit, was_cancelled
from register.querysets import register_commitments

WORD = re.compile(r"(?<![\w-])[^\W\d_]{4,40}\b")
MAX_WORDS = 6
MAX_SUGGESTIONS = 3
# Suggestions are an extra: a page does not wait longer for them.
LIMIT = "2s"
MIN_SIMILARITY = 0.35  # the share of the trigrams of two words that they have in common

# The most similar words to each given word, each with another stem. Case and accents are ignored.
SIMILAR_WORDS = """
    WITH texts AS ({texts}),
    vocabulary AS MATERIALIZED (
        SELECT word, unaccent(word) AS plain
        FROM texts, regexp_split_to_table(lower(title || ' ' || body_text), '[^[:alpha:]]+') AS word
        WHERE length(word) >= 4
        GROUP BY word
    )
    SELECT searched.word, nearest.word, nearest.score
    FROM unnest(%s) AS searched (word)
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (to_tsvector('portal_english', candidate.word)) candidate.*
        FROM (
            SELECT word, similarity(plain, unaccent(searched.word)) AS score
            FROM vocabulary
            ORDER BY score DESC, word
            LIMIT 12
        ) AS candidate
        WHERE score >= %s
        ORDER BY to_tsvector('portal_english', candidate.word), score DESC, word
    ) AS nearest
    ORDER BY searched.word, nearest.score DESC, nearest.word
"""


def suggest_spellings(text: str, day: date | None = None) -> list[str]:
    """Return the search with each word that is in no published text replaced by a similar one, most similar first.

    The list is empty if the query reaches its time limit.
    """
    words = list(dict.fromkeys(word.lower() for word in WORD.findall(text)))[:MAX_WORDS]
    if not words:
        return []
    try:
        with transaction.atomic(), statement_limit(LIMIT):
            similar = _similar_to_unknown(words, day)
    except OperationalError as error:
        if was_cancelled(error):
            return []
        raise
    if not similar:
        return []
    combinations = sorted(
        product(*similar.values()), key=lambda combination: -sum(score for _word, score in combination)
    )
    return [_replace_words(text, dict(zip(similar, words, strict=True))) for words in combinations[:MAX_SUGGESTIONS]]


def _similar_to_unknown(words: list[str], day: date | None) -> dict[str, list[tuple[str, float]]]:
    """Return, for each word that is in no published text, similar words and their scores (0 to 1)."""
    published = register_commitments().published(day)
    unknown = [word for word in words if not published.search(word, day).exists()]
    return _similar(unknown, day) if unknown else {}


def _replace_words(text: str, replacements: dict[str, tuple[str, float]]) -> str:
    return WORD.sub(lambda match: replacements.get(match[0].lower(), (match[0], 0))[0], text)


def _similar(words: list[str], day: date | None) -> dict[str, list[tuple[str, float]]]:
    """Return, for each word, similar words of the published texts and their scores (0 to 1)."""
    published = register_commitments().published(day).with_body_text(day).order_by()
    texts, parameters = published.values("title", "body_text").query.sql_with_params()
    similar: dict[str, list[tuple[str, float]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(SIMILAR_WORDS.format(texts=texts), [*parameters, words, MIN_SIMILARITY])
        for word, similar_word, score in cursor:
            similar.setdefault(word, []).append((similar_word, score))
    return {word: candidates[:MAX_SUGGESTIONS] for word, candidates in similar.items()}
