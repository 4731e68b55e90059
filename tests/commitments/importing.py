"""Files of one row, sent as an editor would."""

import tablib

from commitments.exchange.importing import bring
from commitments.exchange.writing import csv_of


def sent(person, resource, cells):
    """Send one row of these cells; the sentences that refuse it, by column."""
    table = resource(person)
    header = table.get_export_headers()
    content = csv_of(tablib.Dataset([cells.get(name, "") for name in header], headers=header))
    outcome = bring(table, content, dry_run=False)
    assert outcome.refusals == ()
    return {problem.column: problem.reason for problem in outcome.problems}


def changed_by(person, resource, row, **cells):
    """Send a row as its own export has it, with some cells changed."""
    row.newest_line = row.history.order_by("-history_id").values_list("history_id", flat=True).first()
    return sent(person, resource, resource(person).values_of(row) | cells)
