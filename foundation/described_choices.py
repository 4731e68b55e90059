"""Choices whose values carry their descriptions, and the constraint that allows only these values."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

if TYPE_CHECKING:

    class TextChoices(enum.StrEnum):
        """The type of Django's text choices, for the type checker."""

        choices: ClassVar[list[tuple[str, str]]]
        labels: ClassVar[list[str]]
        values: ClassVar[list[str]]
else:
    TextChoices = models.TextChoices


@dataclass(frozen=True)
class Meaning:
    """The declaration of one value beside its label.

    A subclass adds fields for the groups and colours of its choices. They have no default: a value that lacks one
    raises TypeError when its module is imported.
    """

    description: str | Promise  # shown on the methods page and in the description of the API


class DescribedChoices(TextChoices):
    """Text choices with a meaning, declared as `PLANNING = "planning", _("Planning"), Meaning(_("…"))`."""

    _declared_label: str | Promise
    meaning: Any  # a Meaning, or the subclass of it that the choices use

    # The defaults are for the look-up of a member by its value alone, which never comes here.
    def __new__(cls, value: str, label: str | Promise = "", meaning: Meaning | None = None) -> Self:
        if meaning is None:
            raise TypeError(f"{cls.__name__}: ‘{value}’ has no meaning. Declare its label and its meaning.")
        member = str.__new__(cls, value)
        member._value_ = value
        member._declared_label = label
        member.meaning = meaning
        return member

    @enum.property
    def label(self) -> str | Promise:
        """Return the declared label. Django would take the last part of the declaration."""
        return self._declared_label

    @property
    def description(self) -> str | Promise:
        """Return the sentence that explains the value to readers."""
        return self.meaning.description

    @classmethod
    def descriptions(cls) -> Mapping[str, str | Promise]:
        """Return the descriptions by value, in the order of declaration."""
        return MappingProxyType({member.value: member.description for member in cls})

    @classmethod
    def values_where(cls, belongs: Callable[[Any], bool]) -> tuple[str, ...]:
        """Return the values for whose meaning `belongs` is true, in the order of declaration."""
        return tuple(member.value for member in cls if belongs(member.meaning))


def known_values(field: str, choices: type[TextChoices], *, blank: bool = False) -> Q:
    """Return the condition that a column holds one of the choices, or '' if it may be blank."""
    return Q(**{f"{field}__in": [*([""] if blank else []), *choices.values]})
