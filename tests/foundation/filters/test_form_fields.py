"""Test the form fields of query parameters."""

import pytest

from foundation.filters.form_fields import restore_offset_plus


@pytest.mark.parametrize("moment", ["2014-06-30 10:00", "2014-06-30", "2014-06-30T10:00:00Z", "2014-06-30T10:00 noon"])
def test_moment_without_an_offset_keeps_its_spaces(moment):
    assert restore_offset_plus(moment) == moment
