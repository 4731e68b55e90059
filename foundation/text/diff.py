"""Compare two versions of a text word by word, for readers."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

# A word or a punctuation mark with the space before it. Scripts without spaces are compared by character.
UNSPACED_SCRIPTS = r"\u3040-\u30ff\u3400-\u9fff"
PUNCTUATION = ".,;:!?()“”،؛؟。，、"
WORDS = re.compile(rf"\s*(?:[^\s{PUNCTUATION}{UNSPACED_SCRIPTS}]+|\S)|\s+")
# Longer texts, in characters of both, are compared by sentence, since comparing words would take seconds.
MAX_WORD_DIFF_LENGTH = 12_000
SENTENCES = re.compile(r"\s*[^.!?。؟\n]*[.!?。؟\n]?")
# Below this share of common words the text counts as rewritten, and is shown whole.
MIN_SIMILARITY = 0.35


class Piece(NamedTuple):
    """A run of words that is unchanged, removed or added."""

    kind: Literal["same", "removed", "added"]
    text: str


def diff_words(before: str, after: str) -> list[Piece]:
    """Return the pieces of both texts; without the removed ones they form the later text.

    If the texts have little in common, return both whole, separated by a line break.
    """
    unit = SENTENCES if len(before) + len(after) > MAX_WORD_DIFF_LENGTH else WORDS
    old, new = ([part for part in unit.findall(text) if part] for text in (before, after))
    matcher = SequenceMatcher(None, [word.strip() for word in old], [word.strip() for word in new])
    if not before or not after:
        return [*_piece("removed", old), *_piece("added", new)]
    if matcher.ratio() < MIN_SIMILARITY:
        return [Piece("removed", before), Piece("same", "\n"), Piece("added", after)]
    return list(_pieces(matcher, old, new))


def _pieces(matcher: SequenceMatcher, old: list[str], new: list[str]) -> Iterator[Piece]:
    """Yield the pieces; a single unchanged word between two changes joins them, for easier reading."""
    removed: list[str] = []
    added: list[str] = []
    opcodes = matcher.get_opcodes()
    for index, (tag, old_from, old_to, new_from, new_to) in enumerate(opcodes):
        is_single = 0 < index < len(opcodes) - 1 and old_to - old_from == 1
        if tag == "equal" and not is_single:
            yield from _piece("removed", removed)
            yield from _piece("added", added)
            yield from _piece("same", new[new_from:new_to])
            removed, added = [], []
        else:
            removed += old[old_from:old_to]
            added += new[new_from:new_to]
    yield from _piece("removed", removed)
    yield from _piece("added", added)


def _piece(kind: Literal["same", "removed", "added"], words: list[str]) -> Iterator[Piece]:
    if words:
        yield Piece(kind, "".join(words))
