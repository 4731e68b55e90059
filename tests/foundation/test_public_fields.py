from datetime import date

from commitments.models import Commitment, Milestone
from commitments.public_fields import COMMITMENT, MILESTONE
from foundation.public_fields import Place, PublicField, display_value


def test_precision_is_named_beside_its_date():
    assert COMMITMENT["start_on"].names == ("start_on", "start_precision")
    assert PublicField("last_update_on", "", columns=(), is_partial=True).names == (
        "last_update_on",
        "last_update_precision",
    )
    assert COMMITMENT["title"].names == ("title",)


def test_label_is_that_of_the_model_unless_the_field_has_its_own():
    assert COMMITMENT.label("source_location") == "Source address or symbol"
    assert COMMITMENT.label("lead") == "Lead"


def test_field_is_left_out_of_the_places_that_it_names():
    assert "state" not in [each.name for each in COMMITMENT.shown_in(Place.AMENDMENTS)]
    assert "state" in COMMITMENT.names_in(Place.FILE)
    assert MILESTONE.shown_in(Place.FILE) == []


def test_display_values_are_texts():
    row = Commitment(kind="norm", places=["Jordan", "Iraq; north"], start_on=date(2014, 3, 1), start_precision="month")

    assert display_value(row, COMMITMENT["kind"]) == "Norm"
    assert display_value(row, COMMITMENT["places"]) == 'Jordan; "Iraq; north"'
    assert display_value(row, COMMITMENT["start_on"]) == "March 2014"
    assert display_value(row, COMMITMENT["scope"]) == ""
    assert display_value(Milestone(), MILESTONE["deadline_on"]) == ""


def test_rows_of_other_tables_are_named_by_their_key():
    row = Commitment(workgroup_id=7)

    text = display_value(row, COMMITMENT["lead"], lambda model, key: f"{model.__name__} {key}")

    assert text == "WorkGroup 7"
