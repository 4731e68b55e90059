"""Test `as_of` of addresses that take few other parameters."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from foundation.filters.as_of import parse_as_of


@pytest.mark.parametrize(("query", "day"), [("", None), ("as_of=2014-06-30", date(2014, 6, 30))])
def test_day_of_the_record_is_read(query, day):
    assert parse_as_of(QueryDict(query), {"as_of"}) == day


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("as_off=2014-06-30", "‘as_off’ is not a parameter here. Did you mean ‘as_of’? Allowed: as_of."),
        ("as_of=2014-06-30&as_of=2014-07-01", "‘as_of’ is given more than once: give it once."),
        ("as_of=2999-01-01", "as_of: ‘2999-01-01’ is in the future."),
    ],
)
def test_invalid_parameter_is_refused(query, message):
    with pytest.raises(ValidationError) as refused:
        parse_as_of(QueryDict(query), {"as_of"})

    assert refused.value.message.startswith(message)


def test_address_without_parameters_refuses_a_day():
    with pytest.raises(ValidationError, match="this address takes none"):
        parse_as_of(QueryDict("as_of=2014-06-30"), ())
