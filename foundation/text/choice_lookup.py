"""Find a choice by its code or label, ignoring case."""

from collections.abc import Iterable, Mapping


def find_code(word: str, labels: Mapping[str, object] | Iterable[tuple[str, object]]) -> str | None:
    """Return the code for a word: an equal code, or one whose code or label differs only in case and spaces.

    A label shared by several codes matches none. `labels` holds labels by code.
    """
    labels = dict(labels)
    if word in labels:
        return word
    folded_word = fold_text(word)
    codes = [code for code in labels if fold_text(code) == folded_word] or [
        code for code, label in labels.items() if fold_text(str(label)) == folded_word
    ]
    return codes[0] if len(codes) == 1 else None


def fold_text(word: str) -> str:
    """Return a text in folded case, stripped and with single spaces, for comparison."""
    return " ".join(word.split()).casefold()
