"""Every day column of the project declares its range, and the database enforces it."""

import re
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models

from commitments.models import Milestone
from foundation.clock import today
from foundation.dates.model_fields import PastDateField, PlannedDateField
from reporting.models import Evidence, ProgressReport

pytestmark = pytest.mark.database

APPS = ["accounts", "agencies", "agenda", "workgroups", "recommendations", "commitments", "reporting", "gmg_portal"]
# Of Django's own base class for people.
NOT_OURS = {"accounts.User.date_joined", "accounts.User.last_login"}
PAST = {
    "agencies.Agency.joined",
    "agencies.FormerName.until",
    "commitments.Withdrawal.restored_on",
    "commitments.Withdrawal.withdrawn_on",
    "agenda.Framework.adopted_on",
    "reporting.Answer.published_on",
    "reporting.Assessment.published_on",
    "commitments.Commitment.published_on",
    "commitments.Commitment.restored_on",
    "commitments.Commitment.withdrawn_on",
    "reporting.Digest.day",
    "reporting.Evidence.issued_on",
    "reporting.Evidence.seen_on",
    "commitments.Milestone.met_on",
    "reporting.ProgressReport.period_end",
    "reporting.ProgressReport.period_start",
    "reporting.ProgressReport.published_on",
    "reporting.ReportingCycle.closed_on",
    "reporting.ReportingCycle.opened_on",
    "reporting.ReportingCycle.reopened_on",
    "reporting.StatusChange.changed_on",
    "gmg_portal.Edition.day",
}
PLANNED = {
    "accounts.Membership.ends_on",
    "accounts.Membership.starts_on",
    "agencies.Agency.left",
    "agencies.ChairTerm.ends_on",
    "agencies.ChairTerm.starts_on",
    "agenda.Event.ends_on",
    "agenda.Event.starts_on",
    "commitments.Commitment.deadline_on",
    "commitments.Commitment.start_on",
    "commitments.Milestone.deadline_on",
    "reporting.ReportingCycle.closes_on",
    "reporting.ReportingCycle.due_on",
    "reporting.ReportingCycle.opens_on",
    "workgroups.WorkPlan.ends_on",
    "workgroups.WorkPlan.starts_on",
}


def name_of(column):
    return f"{column.model._meta.app_label}.{column.model.__name__}.{column.name}"


def date_columns(histories=False):
    """Return the date and time columns of the project's tables, with or without history tables."""
    return [
        column
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if histories or not hasattr(model, "instance_type")
        for column in model._meta.local_fields
        if isinstance(column, models.DateField)
    ]


def test_every_day_declares_whether_it_may_lie_ahead():
    days = [column for column in date_columns() if not isinstance(column, models.DateTimeField)]

    assert {name_of(column) for column in days if type(column) is PastDateField} == PAST
    assert {name_of(column) for column in days if type(column) is PlannedDateField} == PLANNED
    assert {name_of(column) for column in days} == PAST | PLANNED


def test_every_moment_is_written_by_the_portal_and_entered_by_nobody():
    moments = {column for column in date_columns() if isinstance(column, models.DateTimeField)}

    assert {name_of(column) for column in moments if column.editable} == NOT_OURS


def check_of(column) -> str:
    """Return the check of a day column in the database, as SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid = %s::regclass AND conname LIKE %s",
            [column.model._meta.db_table, "%\\_check"],
        )
        begins = re.compile(rf"""\("?{column.column}"? >= '1990-01-01'::date\)""")
        checks = [check for (check,) in cursor.fetchall() if begins.search(check)]
    (check,) = checks
    return check


@pytest.mark.django_db
def test_check_of_every_day_is_named_after_its_column():
    """A refusal by the database says which column it is about."""
    with connection.cursor() as cursor:
        checks = {
            (table, name)
            for table in {column.model._meta.db_table for column in DAYS}
            for name, constraint in connection.introspection.get_constraints(cursor, table).items()
            if constraint["check"]
        }

    with connection.schema_editor(collect_sql=True) as editor:
        expected = {
            (table, editor._create_index_name(table, [column.column], "_check"))
            for column in DAYS
            for table in [column.model._meta.db_table]
        }
    assert expected <= checks


def takes(column, day, precision="day") -> bool:
    with connection.cursor() as cursor:
        row = f'SELECT %s::date AS "{column.column}", %s::text AS "{column.precision_name}"'
        cursor.execute(f"SELECT {check_of(column)} FROM ({row}) AS row", [day, precision])
        return cursor.fetchone()[0]


DAYS = [column for column in date_columns(histories=True) if isinstance(column, PlannedDateField)]


@pytest.mark.django_db
def test_database_takes_plausible_days_alone():
    ahead = today() + timedelta(days=2)  # one day of grace for clocks that differ
    days = [date(1989, 12, 31), date(1990, 1, 1), today(), ahead, date(2100, 12, 31), date(2101, 1, 1), date.max]

    accepted = {(column.model._meta.db_table, column.name): [takes(column, day) for day in days] for column in DAYS}

    past, planned = [False, True, True, *[False] * 4], [False, True, True, True, True, False, False]
    assert accepted == {
        (column.model._meta.db_table, column.name): past if isinstance(column, PastDateField) else planned
        for column in DAYS
    }


@pytest.mark.django_db
def test_database_takes_a_period_that_has_begun():
    column = Milestone._meta.get_field("met_on")
    this_year, next_year = date(today().year, 12, 31), date(today().year + 1, 12, 31)

    assert takes(column, this_year, "year") is True
    assert takes(column, next_year, "year") is False
    assert takes(column, next_year, "month") is False


@pytest.mark.parametrize("model", [Milestone, Evidence, ProgressReport], ids=lambda model: model.__name__)
def test_model_says_which_day_it_cannot_hold(model):
    columns = [column for column in model._meta.local_fields if isinstance(column, PlannedDateField)]
    row = model(**{column.name: date.max for column in columns})
    others = {column.name for column in model._meta.fields} - {column.name for column in columns}

    with pytest.raises(ValidationError) as refusal:
        row.clean_fields(exclude=others)

    assert refusal.value.message_dict.keys() == {column.name for column in columns}
