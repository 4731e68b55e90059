from dataclasses import replace

from django.db import models

from commitments.models import Commitment
from commitments.public_fields import COMMITMENT
from foundation.public_fields import PublicField
from gmg_portal.open_data.public_columns import BY_CODE, public_columns


def columns_of(*fields, special=None):
    return public_columns(replace(COMMITMENT, fields=fields), special or {})


def test_column_follows_the_model():
    (title,) = columns_of(COMMITMENT["title"])
    (kind,) = columns_of(COMMITMENT["kind"])
    (places,) = columns_of(COMMITMENT["places"])

    assert (title.type, title.required, title.value(Commitment(title="A title"))) == ("string", True, "A title")
    assert kind.choices == tuple(Commitment.Kind.values)
    assert kind.labels() == {value: str(label) for value, label in Commitment.Kind.choices}
    assert (places.many, places.required) == (True, False)


def test_whole_number_has_its_type(monkeypatch):
    column = models.PositiveIntegerField(null=True)
    column.set_attributes_from_name("made_up")
    monkeypatch.setattr(Commitment._meta, "get_field", {"made_up": column}.get)

    (made_up,) = columns_of(PublicField("made_up", "What it costs."))

    assert (made_up.type, made_up.required, made_up.description) == ("integer", False, "What it costs.")


def test_date_is_followed_by_its_precision():
    start, precision = columns_of(COMMITMENT["start_on"])

    assert (start.name, precision.name) == ("start_on", "start_precision")
    assert start.value(Commitment()) is None
    assert precision.choices == ("year", "month", "day")


def test_special_arguments_go_before_the_model():
    (lead,) = columns_of(COMMITMENT["lead"], special={"lead": {"stated_by": BY_CODE, "value": lambda row: "ilo"}})

    assert lead.value(Commitment()) == "ilo"
    assert str(lead.description) == "The agency or work group that leads. Stated by code."
