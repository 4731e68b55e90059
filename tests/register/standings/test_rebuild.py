"""Standings of single commitments: what a row holds, and when one period ends and the next begins."""

from datetime import date

import pytest

from register.models import Standing
from register.standings.rebuild import COLUMNS
from register.standings.verification import differences
from tests.support.factories import CommitmentFactory, published_report, run_deferred_triggers

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def periods(commitment):
    """Return the first and last day of each standing, and its status."""
    rows = commitment.standings.order_by("valid")
    return [(row.valid.lower, row.valid.upper, row.status) for row in rows]


def test_declared_columns_are_those_of_the_table():
    assert COLUMNS.split(", ") == [field.column for field in Standing._meta.concrete_fields[1:]]


def test_published_commitment_stands_from_its_publication_without_end(ilo):
    commitment = CommitmentFactory(lead_agency=ilo, published_on=date(2014, 2, 20))

    run_deferred_triggers()

    assert periods(commitment) == [(date(2014, 2, 20), None, "")]


def test_report_ends_a_period_and_begins_one(ilo):
    commitment = CommitmentFactory(lead_agency=ilo, published_on=date(2014, 2, 20))
    run_deferred_triggers()
    published_report(commitment, on="2014-06-30", status="in_progress")

    run_deferred_triggers()

    assert periods(commitment) == [
        (date(2014, 2, 20), date(2014, 6, 30), ""),
        (date(2014, 6, 30), None, "in_progress"),
    ]
    assert not list(differences())


def test_draft_never_stands(ilo):
    CommitmentFactory(lead_agency=ilo, draft=True)

    run_deferred_triggers()

    assert not Standing.objects.exists()
