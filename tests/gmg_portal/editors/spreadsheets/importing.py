"""Files, sent as an editor would."""

import tablib

from gmg_portal.editors.spreadsheets.importing import import_file
from gmg_portal.editors.spreadsheets.writing import csv_of


def sent(person, resource, cells):
    """Send one row of these cells; the sentences that refuse it, by column."""
    (problems,) = all_sent(person, resource, [cells])
    return problems


def all_sent(person, resource, rows):
    """Send rows of these cells as one file; for each the sentences that refuse it, by column."""
    table = resource(person)
    header = table.get_export_headers()
    content = csv_of(tablib.Dataset(*([cells.get(name, "") for name in header] for cells in rows), headers=header))
    outcome = import_file(table, content, dry_run=False)
    assert outcome.refusals == ()
    problems = {line.number: {} for line in outcome.lines}
    for problem in outcome.problems:
        problems[problem.row][problem.column] = problem.reason
    return list(problems.values())


def changed_by(person, resource, row, **cells):
    """Send a row as its own export has it, with some cells changed."""
    return sent(person, resource, exported(person, resource, row) | cells)


def exported(person, resource, row):
    """A row as its own export has it."""
    row.newest_line = row.history.order_by("-history_id").values_list("history_id", flat=True).first()
    return resource(person).values_of(row)
