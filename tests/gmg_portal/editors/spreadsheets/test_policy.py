"""Whose rows an import may write: the table of the workflow, asked through files."""

import pytest

from commitments.models import Commitment
from gmg_portal.editors.spreadsheets.resources import CommitmentResource, MilestoneResource, ReportResource
from reporting.models import ProgressReport
from tests.gmg_portal.editors.spreadsheets.importing import all_sent, exported
from tests.reporting.permissions.permission_table import LINES
from tests.reporting.permissions.users import World
from tests.support.factories import CommitmentFactory, MilestoneFactory

pytestmark = [pytest.mark.django_db, pytest.mark.exhaustive]

NEW = {"reference": "", "id": "", "version": "", "state": ""}
# Of each role whose row in which state it may write; other roles of the table only decide.
CELLS = {}
for role, whose, policy in LINES["commitment"]:
    if role != "anonymous" and "draft" in policy:
        CELLS.setdefault(role, {}).update({(whose, state): "w" in letters for state, letters in policy.items()})
EACH_ROLE = pytest.mark.parametrize("role", CELLS)


@pytest.fixture(scope="module")
def world(module_db):
    with module_db.unblock():
        return World("commitment", "progressreport")


@pytest.fixture(scope="module")
def milestones(world, module_db):
    """A milestone of each commitment."""
    with module_db.unblock():
        return {
            row.pk: MilestoneFactory(commitment=row, title="First")
            for row in world.rows.values()
            if isinstance(row, Commitment)
        }


def sent_apart(person, resource, rows, writable):
    """Send what a person may write in one file and the rest in another; of each cell whether it is refused, and where.

    `rows` has one or several rows of a file for each cell.
    """
    refusals = {}
    for allowed in (True, False):
        cells = [(cell, row) for cell, of_cell in rows.items() if writable[cell] is allowed for row in of_cell]
        problems = all_sent(person, resource, [row for _cell, row in cells]) if cells else []
        for (cell, _row), of_row in zip(cells, problems, strict=True):
            refusals.setdefault(cell, []).append(set(of_row))
    return refusals


@EACH_ROLE
def test_import_changes_a_commitment_only_where_the_table_says_so(world, role):
    person, writable = world.people[role], CELLS[role]
    rows = {cell: world.row("commitment", role, *cell) for cell in writable}
    before = {cell: row.title for cell, row in rows.items()}

    sheet = {
        cell: [exported(person, CommitmentResource, row) | {"summary": "Changed by import"}]
        for cell, row in rows.items()
    }
    refusals = sent_apart(person, CommitmentResource, sheet, writable)

    after = {cell: Commitment.objects.get(pk=row.pk) for cell, row in rows.items()}
    assert {cell: row.summary == "Changed by import" for cell, row in after.items()} == writable
    assert {cell: columns == [set()] for cell, columns in refusals.items()} == writable
    assert all("reference" in refusals[cell][0] for cell, allowed in writable.items() if not allowed)
    assert {cell: row.state for cell, row in after.items()} == {cell: cell[1] for cell in writable}
    assert {cell: row.title for cell, row in after.items()} == before


@EACH_ROLE
def test_import_changes_and_adds_a_milestone_only_where_the_table_says_so(world, milestones, role):
    person, writable = world.people[role], CELLS[role]
    steps = {cell: milestones[world.row("commitment", role, *cell).pk] for cell in writable}

    sheet = {}
    for cell, step in steps.items():
        row = exported(person, MilestoneResource, step)
        sheet[cell] = [row | {"title": "Changed by import"}, row | NEW | {"title": "Added by import"}]
    refusals = sent_apart(person, MilestoneResource, sheet, writable)

    titles = {cell: {each.title for each in step.commitment.milestones.all()} for cell, step in steps.items()}
    assert titles == {
        cell: {"Changed by import", "Added by import"} if allowed else {"First"} for cell, allowed in writable.items()
    }
    assert {cell: [not columns for columns in of_cell] for cell, of_cell in refusals.items()} == {
        cell: [allowed, allowed] for cell, allowed in writable.items()
    }


@EACH_ROLE
def test_import_changes_a_report_only_where_the_table_says_so(world, role):
    person = world.people[role]
    writable = {cell: allowed for cell, allowed in CELLS[role].items() if cell[1] != "withdrawn"}
    rows = {cell: world.row("progressreport", role, *cell) for cell in writable}

    sheet = {
        cell: [exported(person, ReportResource, row) | {"achieved": "Changed by import"}] for cell, row in rows.items()
    }
    refusals = sent_apart(person, ReportResource, sheet, writable)

    after = {cell: ProgressReport.objects.get(pk=row.pk) for cell, row in rows.items()}
    assert {cell: row.achieved == "Changed by import" for cell, row in after.items()} == writable
    assert {cell: columns == [set()] for cell, columns in refusals.items()} == writable
    assert {cell: row.state for cell, row in after.items()} == {cell: cell[1] for cell in writable}


@EACH_ROLE
def test_import_begins_rows_only_where_the_table_says_so(world, role):
    person = world.people[role]
    writable = {whose: allowed for (whose, state), allowed in CELLS[role].items() if state == "draft"}
    existing = {whose: CommitmentFactory(**world.leads(role, whose)) for whose in writable}

    commitments, reports = {}, {}
    for whose, row in existing.items():
        begun = exported(person, CommitmentResource, row) | NEW | {"title": f"Begun by import: {whose}"}
        commitments[whose] = [begun]
        reports[whose] = [{"commitment": row.reference, "achieved": "Begun by import"}]
    sent_apart(person, CommitmentResource, commitments, writable)
    sent_apart(person, ReportResource, reports, writable)

    allowed = [whose for whose in writable if writable[whose]]
    begun = Commitment.objects.filter(title__startswith="Begun by import").order_by("pk")
    assert [(row.title, row.state, row.author, row.lead) for row in begun] == [
        (f"Begun by import: {whose}", "draft", person, existing[whose].lead) for whose in allowed
    ]
    imported = ProgressReport.objects.filter(achieved="Begun by import").order_by("pk")
    assert [(row.commitment, row.author) for row in imported] == [(existing[whose], person) for whose in allowed]
