"""`verify_standings`: a planted difference is named and repaired."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from register.models import Standing
from tests.support.factories import CommitmentFactory, published_report, run_deferred_triggers

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def commitment(ilo):
    row = CommitmentFactory(lead_agency=ilo, published_on=date(2014, 2, 20))
    published_report(row, on="2014-06-30", status="planning")
    run_deferred_triggers()
    return row


def verify(*arguments):
    output = StringIO()
    try:
        call_command("verify_standings", *arguments, stdout=output)
    except CommandError as error:
        return output.getvalue().splitlines(), str(error)
    return output.getvalue().splitlines(), ""


def test_nothing_differs(commitment):
    assert verify() == (["All standings are as computed."], "")


@pytest.mark.parametrize(
    ("plant", "line"),
    [
        ("UPDATE register_standing SET title = 'Else', outlook = 'at_risk' WHERE upper_inf(valid)",
         "[2014-06-30,) wrong: title, outlook"),
        ("DELETE FROM register_standing WHERE NOT upper_inf(valid)", "[2014-02-20,2014-06-30) missing"),
        ("UPDATE register_standing SET commitment_id = 0, reference = 'HLD-0000' WHERE upper_inf(valid)", None),
    ],
)  # fmt: skip
def test_planted_difference_is_named_and_repaired(commitment, plant, line):
    with connection.cursor() as cursor:
        cursor.execute(plant)

    lines, error = verify()

    if line:
        assert lines == [f"{commitment.reference} {line}"]
    else:
        assert lines == ["HLD-0000 [2014-06-30,) surplus", f"{commitment.reference} [2014-06-30,) missing"]
    assert error == f"Standings that differ: {len(lines)}. ‘verify_standings --repair’ rebuilds them."
    assert verify("--repair")[0][-1] == f"Standings that differed and were rebuilt: {len(lines)}."
    assert verify() == (["All standings are as computed."], "")


def test_rows_that_do_not_change_keep_their_identity(commitment):
    first = commitment.standings.order_by("valid").first().pk
    published_report(commitment, on="2014-07-31", status="in_progress")

    run_deferred_triggers()

    assert [row.pk for row in commitment.standings.order_by("valid")][0] == first
    assert Standing.objects.count() == 3
