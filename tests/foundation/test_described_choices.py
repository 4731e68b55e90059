"""Choices whose values carry a meaning."""

from dataclasses import dataclass, field

import pytest
from django.db.models import Q

from foundation.described_choices import DescribedChoices, Meaning, known_values


@dataclass(frozen=True)
class FruitMeaning(Meaning):
    sweet: bool = field(kw_only=True)


class Fruit(DescribedChoices):
    APPLE = "apple", "Apple", FruitMeaning("It keeps.", sweet=True)
    LEMON = "lemon", "Yellow lemon", FruitMeaning("It is sour.", sweet=False)


def descendants(kind):
    return {each for child in kind.__subclasses__() for each in {child, *descendants(child)}}


def test_values_and_labels_are_those_of_text_choices():
    assert Fruit.choices == [("apple", "Apple"), ("lemon", "Yellow lemon")]
    assert Fruit.values == ["apple", "lemon"]
    assert Fruit.labels == ["Apple", "Yellow lemon"]
    assert Fruit("lemon") is Fruit.LEMON
    assert (str(Fruit.LEMON), Fruit.LEMON.label) == ("lemon", "Yellow lemon")


def test_value_carries_its_description():
    assert Fruit.LEMON.description == "It is sour."
    assert Fruit.descriptions() == {"apple": "It keeps.", "lemon": "It is sour."}


def test_group_is_made_of_the_values_that_declare_it():
    assert Fruit.values_where(lambda meaning: meaning.sweet) == ("apple",)


def test_value_without_its_group_is_refused():
    with pytest.raises(TypeError, match="sweet"):
        FruitMeaning("It is dry.")


def test_value_without_a_meaning_is_refused():
    with pytest.raises(TypeError, match="meaning"):

        class Nut(DescribedChoices):
            HAZEL = "hazel", "Hazel"


@pytest.mark.parametrize(("blank", "values"), [(False, ["apple", "lemon"]), (True, ["", "apple", "lemon"])])
def test_column_may_hold_the_choices_alone(blank, values):
    assert known_values("fruit", Fruit, blank=blank) == Q(fruit__in=values)


def test_every_value_of_the_portal_has_a_description_that_is_a_sentence():
    described = descendants(DescribedChoices) - {Fruit}

    assert len(described) > 15
    assert [member for choices in described for member in choices if not str(member.description).endswith(".")] == []
