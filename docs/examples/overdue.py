"""List what an agency should have reported on.

python overdue.py ilo
python overdue.py ilo --as-of 2015-12-31 --portal https://portal.example
"""

import argparse
import os
import sys

from portal import Portal, Problem


def main() -> int:
    parser = argparse.ArgumentParser(description="List what an agency should have reported on.")
    parser.add_argument("agency", help="its code, as in the address of its page: ilo")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="as the record stood at the end of this day (UTC)")
    parser.add_argument("--portal", default=os.environ.get("PORTAL", Portal.address), help="default: %(default)s")
    args = parser.parse_args()
    try:
        rows = Portal(args.portal).overdue(args.agency, as_of=args.as_of)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    for row in rows:
        print(f"{row['reference']}  {row['freshness']:14}  {row['last_update_on'] or 'never':10}  {row['title']}")
    print(f"{len(rows)} overdue")
    return 0


if __name__ == "__main__":
    sys.exit(main())
