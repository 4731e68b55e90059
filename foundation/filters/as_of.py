"""The day of the record, `as_of`, of addresses that take few other parameters."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.http import QueryDict

from foundation.filters.form_fields import PastDayField
from foundation.filters.lists import drop_empty_values
from foundation.filters.messages import repeated_parameter
from foundation.text.unknown_words import unknown_parameter


@dataclass(frozen=True)
class PageQuery:
    """What every page reads from its address: the day of the record, None for today, and the other values by name."""

    day: date | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, params: QueryDict) -> Self:
        """Read the parameters; raise ValidationError for an invalid day or one after today."""
        return cls(read_day(params), {name: value for name, value in drop_empty_values(params).items() if value})


def read_day(params: QueryDict) -> date | None:
    """Return the day of `as_of`; None without a value. Raise ValidationError for an invalid day or one after today."""
    try:
        return PastDayField(required=False).clean(drop_empty_values(params).get("as_of"))
    except ValidationError as error:
        raise ValidationError(f"as_of: {error.message}") from None


def parse_as_of(params: QueryDict, allowed: Collection[str]) -> date | None:
    """Return the day of `as_of`, or None; raise ValidationError for other parameters and for days after today."""
    require_params(params, allowed)
    return read_day(params)


def require_params(params: QueryDict, allowed: Collection[str]) -> None:
    """Raise ValidationError for a parameter that the address does not take, and for one with several values."""
    for name, values in drop_empty_values(params).lists():
        if name not in allowed:
            raise ValidationError(unknown_parameter(name, allowed))
        if len(values) > 1:
            raise ValidationError(repeated_parameter(name))
