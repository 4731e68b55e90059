from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from commitments.public_fields import COMMITMENT
from foundation.public_fields import PublicField
from gmg_portal.editors.spreadsheets.public_columns import public_column, sheet_names
from gmg_portal.editors.spreadsheets.widgets import ChoiceWidget, NumberWidget, TextWidget
from reporting.public_fields import REPORT


def test_column_follows_the_model():
    title, kind = public_column(COMMITMENT, "title"), public_column(COMMITMENT, "kind")

    assert (type(title.widget), title.widget.length, title.required) == (TextWidget, 300, True)
    assert (type(kind.widget), kind.required) == (ChoiceWidget, True)
    assert title.description == COMMITMENT["title"].description
    assert isinstance(public_column(REPORT, "number").widget, NumberWidget)


def test_column_that_nothing_reads_has_to_be_declared():
    with pytest.raises(TypeError, match="Declare the spreadsheet column for places"):
        public_column(COMMITMENT, "places")


def test_field_of_a_table_gets_a_column_after_the_first_ones():
    table = replace(COMMITMENT, fields=(*COMMITMENT.fields, PublicField("budget", "What it costs.")))

    assert sheet_names(table, "reference", "version")[:3] == ("reference", "version", "title")
    assert sheet_names(table, "reference")[-1] == "budget"


@pytest.mark.parametrize(("cell", "number"), [("", None), (" 1500 ", 1500), ("0", 0)])
def test_whole_number_is_read(cell, number):
    assert NumberWidget().clean(cell) == number


@pytest.mark.parametrize("cell", ["-1", "1.5", "1,500", "²", "many"])
def test_anything_else_is_no_whole_number(cell):
    with pytest.raises(ValidationError, match="is not a whole number"):
        NumberWidget().clean(cell)


@pytest.mark.parametrize(("number", "cell"), [(None, ""), (0, "0"), (1500, "1500")])
def test_whole_number_is_written_as_text(number, cell):
    assert NumberWidget().render(number) == cell
