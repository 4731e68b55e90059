"""Keep a copy of the portal's commitments and reports in SQLite, asking only for what changed since the last time.

    python mirror.py http://127.0.0.1:8000 mirror.sqlite

The first run walks everything by cursor; each later one asks by `updated_since`. A row is kept as the API gives it, in
JSON. What was withdrawn stays, and says so in its `state`.
"""

import argparse
import json
import sqlite3
import time

import requests

KEYS = {"commitments": "reference", "reports": "code"}


class Mirror:
    """One portal's record in one file."""

    def __init__(self, portal: str, path: str, page_size: int = 200):
        self.portal = portal.rstrip("/")
        self.page_size = page_size
        self.session = requests.Session()
        self.kept = sqlite3.connect(path)
        self.kept.execute("CREATE TABLE IF NOT EXISTS kept (name TEXT, key TEXT, row TEXT, PRIMARY KEY (name, key))")
        self.kept.execute("CREATE TABLE IF NOT EXISTS since (name TEXT PRIMARY KEY, moment TEXT NOT NULL)")

    def follow(self) -> int:
        """Ask until nothing new comes, and return how many rows came that were not kept like that already."""
        total = 0
        while new := sum(self.round(name) for name in KEYS):
            total += new
        return total

    def round(self, name: str) -> int:
        """Walk once over what changed, and return how many rows were new or other than those kept."""
        since = self.kept.execute("SELECT moment FROM since WHERE name = ?", [name]).fetchone()
        words = {"cursor": "*", "page_size": self.page_size} | ({"updated_since": since[0]} if since else {})
        new, begun, address = 0, "", f"{self.portal}/api/v1/{name}/"
        while address:
            answer = self._ask(address, words)
            # Pages are not read at one moment. What changes while we walk may stand on a page that we have left behind,
            # so the next round starts from where the record stood at the first page, not from the latest row seen.
            begun = begun or answer.headers["Record-Moment"]
            page = answer.json()
            new += sum(self._keep(name, row) for row in page["results"])
            address, words = page["next"], None
        self.kept.execute("INSERT OR REPLACE INTO since VALUES (?, ?)", [name, begun])
        self.kept.commit()
        return new

    def rows(self, name: str) -> list[dict]:
        """The rows that are kept, in the order of their keys."""
        rows = self.kept.execute("SELECT row FROM kept WHERE name = ? ORDER BY key", [name])
        return [json.loads(row) for (row,) in rows]

    def _keep(self, name: str, row: dict) -> bool:
        """Keep a row, and say whether it is new or other than before."""
        text, key = json.dumps(row, ensure_ascii=False), row[KEYS[name]]
        known = self.kept.execute("SELECT row FROM kept WHERE name = ? AND key = ?", [name, key]).fetchone()
        self.kept.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", [name, key, text])
        return known != (text,)

    def _ask(self, address: str, words: dict | None) -> requests.Response:
        while True:
            answer = self.session.get(address, params=words, timeout=60)
            if answer.status_code not in (429, 503):
                answer.raise_for_status()
                return answer
            time.sleep(int(answer.headers.get("Retry-After", 30)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("portal", help="the portal's address")
    parser.add_argument("file", help="the SQLite database; it is made if it is not there")
    parser.add_argument("--page-size", type=int, default=200, help="rows a page, at most 200")
    args = parser.parse_args()
    mirror = Mirror(args.portal, args.file, args.page_size)
    print(f"{mirror.follow()} rows were new or had changed.")
    for name in KEYS:
        print(f"{name}: {len(mirror.rows(name))}")


if __name__ == "__main__":
    main()
