"""Every table that standings read notes the commitments that it touches, whatever writes to it."""

import re

import pgtrigger
import pytest
from django.db import connection

from register.models import PendingRebuild
from register.standings.rebuild import STANDINGS_OF
from register.standings.triggers import sources
from tests.support.factories import AgencyFactory, CommitmentFactory, ProgressReportFactory, run_deferred_triggers

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TABLE = re.compile(r"(?:FROM|JOIN) ((?:agencies|agenda|commitments|recommendations|reporting|workgroups)_\w+)")


def noted():
    return set(PendingRebuild.objects.values_list("commitment", flat=True))


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_tables_that_standings_read_are_those_with_triggers():
    watched = {model._meta.db_table: source for model, source in sources().items()}

    assert set(TABLE.findall(STANDINGS_OF.body)) == set(watched)


def test_each_table_has_its_triggers():
    registered = {(model._meta.db_table, trigger.name) for model, trigger in pgtrigger.registered()}
    expected = {
        (model._meta.db_table, f"notes_standings_on_{operation}")
        for model, source in sources().items()
        for operation in [*(str(each).lower() for each in source.operations), "truncate"]
    }

    assert {pair for pair in registered if pair[1].startswith("notes_standings_on")} == expected


def test_statement_notes_each_commitment_once_and_no_draft():
    agency = AgencyFactory()
    public = {CommitmentFactory(lead_agency=agency).pk for _number in range(3)}
    CommitmentFactory(lead_agency=agency, draft=True)
    run_deferred_triggers()
    assert noted() == set()

    sql("UPDATE agencies_agency SET name = name || '.' WHERE id = %s", agency.pk)
    sql("UPDATE agencies_agency SET name = name || '.' WHERE id = %s", agency.pk)

    assert noted() == public
    assert PendingRebuild.objects.count() == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agencies_agency SET mandate = 'Work' WHERE id = %s",
        "UPDATE reporting_progressreport SET achieved = 'Half' WHERE on_behalf_of_id = %s",
    ],
)
def test_statement_that_changes_nothing_that_readers_see_notes_nothing(statement):
    agency = AgencyFactory()
    ProgressReportFactory(commitment=CommitmentFactory(lead_agency=agency), on_behalf_of=agency)
    run_deferred_triggers()

    sql(statement, agency.pk)

    assert noted() == set()


def test_truncate_notes_all():
    public = {CommitmentFactory().pk for _number in range(2)}
    run_deferred_triggers()

    sql("TRUNCATE agencies_formername")

    assert noted() == public
