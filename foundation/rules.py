"""Rules that a row must meet: each declared once, and asked by forms, files, the API, actions and constraints."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Violation = Mapping[str, object] | bool


@dataclass(frozen=True)
class Rule:
    """A rule about the rows of one table, with the sentence that people read when a row breaks it.

    `violation` takes a row, which need not be saved. It returns False if the row meets the rule, and otherwise True or
    the values of the placeholders of the sentence.
    """

    name: str
    field: str  # the field at which the sentence is shown
    sentence: Promise | str
    violation: Callable[[Any], Violation]
    reads: tuple[str, ...]  # all fields on which the rule depends
    in_drafts: bool = False  # whether drafts must meet it too, not only what is submitted
    alone: bool = False  # whether it is checked only for rows that break no earlier rule

    def error(self, row: object) -> str:
        """Return the sentence if a row breaks the rule, otherwise ''."""
        values = self.violation(row)
        if isinstance(values, Mapping):
            return str(self.sentence) % values
        return str(self.sentence) if values else ""


def rule(
    field: str, sentence: Promise | str, *, reads: tuple[str, ...] = (), in_drafts: bool = False, alone: bool = False
) -> Callable[[Callable[[Any], Violation]], Rule]:
    """Return a decorator that makes a function the violation of a rule with the function's name.

    `reads` are the other fields that the function reads.
    """

    def declare(violation: Callable[[Any], Violation]) -> Rule:
        return Rule(violation.__name__, field, sentence, violation, (field, *reads), in_drafts, alone)

    return declare


def errors_by_field(rules: Iterable[Rule], row: object, invalid_fields: Collection[str] = ()) -> dict[str, str]:
    """Return the sentence of the first broken rule of each field.

    Rules that depend on one of `invalid_fields`, whose values the row does not have, are not asked.
    """
    errors: dict[str, str] = {}
    for each in rules:
        if each.field in errors or set(each.reads) & set(invalid_fields) or (each.alone and errors):
            continue
        if sentence := each.error(row):
            errors[each.field] = sentence
    return errors
