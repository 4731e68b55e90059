import pytest

from foundation.text.choice_lookup import find_code

LABELS = {"ilo": "ILO", "capacity": "Capacity building", "a": "Same", "b": "Same", "OPS-2": "x", "ops-2": "y"}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("ilo", "ilo"),
        ("ILO", "ilo"),
        ("capacity", "capacity"),
        ("Capacity building", "capacity"),
        ("  CAPACITY   BUILDING ", "capacity"),
        ("OPS-2", "OPS-2"),
        ("ops-2", "ops-2"),
        ("Ops-2", None),
        ("same", None),
        ("capacty", None),
        ("", None),
    ],
)
def test_code_is_found_by_itself_or_its_label_in_any_case(word, code):
    assert find_code(word, LABELS) == code
