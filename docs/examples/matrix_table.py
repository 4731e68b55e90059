"""Write the matrix of leads and agenda points as a table.

python matrix_table.py > matrix.md
python matrix_table.py --format csv --as-of 2015-12-31 > matrix.csv
"""

import argparse
import csv
import os
import re
import sys

from portal import Portal, Problem

Table = list[list[str | int]]


def markdown(table: Table) -> str:
    """A table for a page: the words to the left, the numbers to the right."""
    head, *rows = [[str(cell).replace("|", "\\|") for cell in row] for row in table]
    line = [":--", *("--:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, line, *rows])


# Where a spreadsheet may begin to read a formula: at the start of a cell, and behind what some take for its end.
FORMULA_START = re.compile(r"""(^(?='*[\t\r\n=+\-@＝＋－＠])|[;,\t\r\n][ "]*(?='*[=+\-@＝＋－＠]))""")


def csv_cell(cell: str | int) -> str | int:
    """Return a cell in which no spreadsheet finds a formula: an apostrophe stands before each, as in the portal's CSV.

    The API's JSON holds names and titles as people typed them.
    """
    return FORMULA_START.sub(r"\1'", cell) if isinstance(cell, str) else cell


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the matrix of leads and agenda points as a table.")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="as the record stood at the end of this day (UTC)")
    parser.add_argument("--format", choices=["markdown", "csv"], default="markdown")
    parser.add_argument("--portal", default=os.environ.get("PORTAL", Portal.address), help="default: %(default)s")
    args = parser.parse_args()
    try:
        table = Portal(args.portal).matrix(as_of=args.as_of)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    if args.format == "csv":
        csv.writer(sys.stdout).writerows([csv_cell(cell) for cell in row] for row in table)
    else:
        print(markdown(table))
    return 0


if __name__ == "__main__":
    sys.exit(main())
