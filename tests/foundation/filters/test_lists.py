"""Test how query parameters with several values are read, without a database."""

import pytest
from django.http import QueryDict

from foundation.filters.lists import split_comma_lists, split_value


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("a,b", ["a", "b"]),
        ("Iran, Islamic Republic of,b", ["Iran, Islamic Republic of", "b"]),
        ("Iran,b", ["Iran", "b"]),
        ("", [""]),
    ],
)
def test_longest_valid_values_of_a_comma_list_stay_whole(value, parts):
    assert split_value(value, {"a", "b", "Iran, Islamic Republic of"}) == parts


def test_only_lists_are_split():
    params = split_comma_lists(QueryDict("status=a,b&q=a,b"), {"status": [("a", "A"), ("b", "B")]})

    assert dict(params.lists()) == {"status": ["a", "b"], "q": ["a,b"]}
