"""Finding what a word stands for among codes and their labels, in any case."""

from collections.abc import Iterable, Mapping


def find_code(word: str, labels: Mapping[str, object] | Iterable[tuple[str, object]]) -> str | None:
    """Return the code that a word names: the code itself, or one whose code or label differs only in case.

    A label that several codes share names none of them.
    """
    labels = dict(labels)
    if word in labels:
        return word
    wanted = folded(word)
    codes = [code for code in labels if folded(code) == wanted] or [
        code for code, label in labels.items() if folded(str(label)) == wanted
    ]
    return codes[0] if len(codes) == 1 else None


def folded(word: str) -> str:
    """Return a word without what people write differently: case, and spaces around or twice within."""
    return " ".join(word.split()).casefold()
