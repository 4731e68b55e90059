import pytest

from foundation.text.unknown_words import (
    unknown_column,
    unknown_field,
    unknown_parameter,
    unknown_section,
    unknown_value,
)


def test_unknown_value_names_the_closest_match_and_all_that_is_allowed():
    sentence = unknown_value("complete", ["completed", "ongoing"])

    assert sentence == "‘complete’ is not a valid value. Did you mean ‘completed’? Allowed: completed, ongoing."


def test_unknown_value_without_a_similar_one_names_no_match():
    assert unknown_value("zzz", ["completed", "ongoing"]) == "‘zzz’ is not a valid value. Allowed: completed, ongoing."


def test_unknown_value_where_nothing_is_allowed_says_so():
    assert unknown_value("ilo", []) == "‘ilo’ is not a valid value: there is none to choose from."


def test_unknown_value_lists_no_more_than_the_limit():
    assert unknown_value("x", [1, 2, 3], 2) == "‘x’ is not a valid value. Allowed: 1, 2 …."
    assert unknown_value("x", [1, 2], 2) == "‘x’ is not a valid value. Allowed: 1, 2."


@pytest.mark.parametrize(
    ("refuse", "sentence"),
    [
        (unknown_parameter, "‘tilte’ is not a parameter here. Did you mean ‘title’? Allowed: title."),
        (unknown_field, "‘tilte’ is not a field here. Did you mean ‘title’? Allowed: title."),
        (unknown_column, "‘tilte’ is not a column here. Did you mean ‘title’? Allowed: title."),
        (unknown_section, "‘tilte’ is not a section here. Did you mean ‘title’? Allowed: title."),
    ],
)
def test_unknown_name_has_the_same_sentence_for_every_kind(refuse, sentence):
    assert refuse("tilte", ["title"]) == sentence


def test_address_without_parameters_says_so():
    assert unknown_parameter("page", []) == "‘page’ is not a parameter here: this address takes none."
