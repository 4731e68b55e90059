import pytest

from foundation.text.numbers import is_whole_number


@pytest.mark.parametrize("text", ["0", "7", "007", "9" * 18])
def test_whole_number_is_taken(text):
    assert is_whole_number(text)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "1e3", " 1", "²", "٣", "𝟙", "9" * 19, "9" * 5000, "1\0"])
def test_anything_else_is_not(text):
    assert not is_whole_number(text)
