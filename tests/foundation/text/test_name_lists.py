"""Lists of names as text: every name survives joining and splitting."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from foundation.text.name_lists import NameListField, join_names, normalize_spaces, split_names

NAMES = st.lists(st.text(alphabet="ab ;,\"\n'Éه", max_size=8).map(normalize_spaces).filter(bool), max_size=5)


@pytest.mark.parametrize("separator", [";", "; ", "\n"])
@given(names=NAMES)
def test_names_come_back_as_they_were(separator, names):
    assert split_names(join_names(names, separator)) == names


@given(names=NAMES)
def test_form_field_reads_what_it_shows(names):
    field = NameListField(required=False)

    shown = field.prepare_value(names)

    assert field.clean(shown) == names
    assert field.clean(shown.replace("\n", "\r\n")) == names
    assert not field.has_changed(names, shown)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        (" \n ", []),
        ("Iran, Islamic Republic of", ["Iran, Islamic Republic of"]),
        ("Jordan;Lebanon", ["Jordan", "Lebanon"]),
        (" Jordan ; Lebanon ", ["Jordan", "Lebanon"]),
        ("Jordan\r\n\r\nLebanon\n", ["Jordan", "Lebanon"]),
        ('"Here; there";Jordan', ["Here; there", "Jordan"]),
        ('"The ""Jungle""";Calais', ['The "Jungle"', "Calais"]),
        ('the "Jungle"', ['the "Jungle"']),
        ("Jordan;;Lebanon", ["Jordan", "", "Lebanon"]),
        ("Jordan;", ["Jordan", ""]),
    ],
)
def test_text_is_read_as_names(text, names):
    assert split_names(text) == names


@pytest.mark.parametrize("text", ['"Jordan', '"Jordan" East;Lebanon', 'Lebanon;"Jordan'])
def test_quotation_mark_that_is_not_closed_is_refused(text):
    with pytest.raises(ValueError) as refusal:
        split_names(text)

    assert "a name that begins with a quotation mark ends with one" in str(refusal.value)


def test_name_that_is_too_long_is_refused_by_its_length():
    with pytest.raises(ValidationError) as refusal:
        NameListField(base_field=forms.CharField(max_length=3)).clean("Iran\nOman\nUK")

    assert refusal.value.messages == [
        "‘Iran’ is longer than 3 characters.",
        "‘Oman’ is longer than 3 characters.",
    ]
