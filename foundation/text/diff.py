"""What differs between two wordings, word by word, for readers."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

# A word or a mark with the space before it; scripts that write without spaces are compared sign by sign.
SIGNS = r"\u3040-\u30ff\u3400-\u9fff"
MARKS = ".,;:!?()“”،؛؟。，、"
WORD = re.compile(rf"\s*(?:[^\s{MARKS}{SIGNS}]+|\S)|\s+")
# Longer texts than this, in characters, are compared sentence by sentence: by words it would take seconds.
LONG = 12_000
SENTENCE = re.compile(r"\s*[^.!?。؟\n]*[.!?。؟\n]?")
# Below this share of common words a sentence counts as written anew: its scraps would tell nobody anything.
ALIKE = 0.35


class Piece(NamedTuple):
    """A run of words that stayed, went or came."""

    kind: Literal["same", "removed", "added"]
    text: str


def diff_words(before: str, after: str) -> list[Piece]:
    """The pieces of which both wordings consist; without the removed ones they read as the later wording.

    Between two wordings with little in common stands a line break.
    """
    unit = SENTENCE if len(before) + len(after) > LONG else WORD
    old, new = ([part for part in unit.findall(text) if part] for text in (before, after))
    matcher = SequenceMatcher(None, [word.strip() for word in old], [word.strip() for word in new])
    if not before or not after:
        return [*_piece("removed", old), *_piece("added", new)]
    if matcher.ratio() < ALIKE:
        return [Piece("removed", before), Piece("same", "\n"), Piece("added", after)]
    return list(_pieces(matcher, old, new))


def _pieces(matcher: SequenceMatcher, old: list[str], new: list[str]) -> Iterator[Piece]:
    """A single word that stayed between two changes is taken into them, so that the eye meets fewer breaks."""
    gone: list[str] = []
    come: list[str] = []
    steps = matcher.get_opcodes()
    for place, (tag, old_from, old_to, new_from, new_to) in enumerate(steps):
        lonely = 0 < place < len(steps) - 1 and old_to - old_from == 1
        if tag == "equal" and not lonely:
            yield from _piece("removed", gone)
            yield from _piece("added", come)
            yield from _piece("same", new[new_from:new_to])
            gone, come = [], []
        else:
            gone += old[old_from:old_to]
            come += new[new_from:new_to]
    yield from _piece("removed", gone)
    yield from _piece("added", come)


def _piece(kind: Literal["same", "removed", "added"], words: list[str]) -> Iterator[Piece]:
    if words:
        yield Piece(kind, "".join(words))
