"""Filter classes that know no model."""

from decimal import Decimal

import pytest

from agencies.models import Agency
from foundation.filters.filter_classes import has_value


@pytest.mark.parametrize("value", ["ilo", ["ilo"], 0, Decimal(0), 1, True])
def test_value_is_one(value):
    assert has_value(value)


@pytest.mark.parametrize("value", [None, "", [], (), False])
def test_value_is_none(value):
    assert not has_value(value)


def test_empty_queryset_is_no_value():
    assert not has_value(Agency.objects.none())
