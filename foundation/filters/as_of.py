"""The day of the record, `as_of`, of addresses that take few other parameters."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.http import QueryDict

from foundation.filters.fields import PastDayField
from foundation.filters.messages import repeated_parameter
from foundation.text.unknown_words import unknown_parameter


def parse_as_of(params: QueryDict, allowed: Collection[str]) -> date | None:
    """Return the day of `as_of`, or None; raise ValidationError for other parameters and for days after today."""
    for name, values in params.lists():
        if name not in allowed:
            raise ValidationError(unknown_parameter(name, allowed))
        if len(values) > 1:
            raise ValidationError(repeated_parameter(name))
    if "as_of" not in params:
        return None
    try:
        return PastDayField().clean(params["as_of"])
    except ValidationError as error:
        raise ValidationError(f"as_of: {error.message}") from None
