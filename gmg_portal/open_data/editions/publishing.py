"""The one way in which an edition comes to be: all or nothing, from one state of the record, and once a day."""

import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.clock import today
from foundation.text.addresses import is_public_host
from gmg_portal.http.revision import CurrentRevision
from gmg_portal.models import Edition
from gmg_portal.open_data.columns import read_at_one_revision
from gmg_portal.open_data.descriptions import Issue, Licence, about, data_package, stated_licence
from gmg_portal.open_data.editions.differences import (
    CSV_HEADER,
    JSON_HEADER,
    LINES,
    SORTS,
    between,
    line_records,
    object_records,
)
from gmg_portal.open_data.editions.frozen import FrozenFile, files_of, keep_names, opened, root, written
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.writers import FORMATS, write_table

# What is begun under this name and not ended is cleared away by the next who publishes.
UNFINISHED = ".unfinished-"
LOCK = "portal.publish_edition"
CHANGES = "changes"
Files = dict[str, FrozenFile]


class Refused(Exception):
    """Why no edition is published now, in a sentence."""


def publish(*, dry_run: bool = False) -> Edition:
    """Freeze the public record as it stands, under the day of today (UTC).

    The row is what makes an edition: until it is committed nobody is shown anything. A dry run writes all files, and
    keeps none.
    """
    with _alone(), _workplace() as folder:
        if not dry_run:
            _check_address()
        with _one_snapshot():
            day, moment = today(), timezone.now()
            if Edition.objects.filter(day=day).exists():
                sentence = _("There is an edition of %(day)s already, and it is never altered: publish one tomorrow.")
                raise Refused(sentence % {"day": day.isoformat()})
            edition = _frozen(folder, Edition(day=day, published_at=moment))
            if today() != day:
                raise Refused(_("Midnight (UTC) passed meanwhile: publish anew, as the edition of the new day."))
        if not dry_run:
            with transaction.atomic():
                edition.save(force_insert=True)
                _move(folder, day)
    return edition


def _check_address() -> None:
    """Refuse to freeze an address under which nobody finds the portal: an edition's files hold it for ever."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not is_public_host(host):
        sentence = _(
            "PUBLIC_URL is %(address)s, and the files of an edition would say so for ever: set it to the address under"
            " which readers find the portal, as https://portal.example.org."
        )
        raise Refused(sentence % {"address": settings.PUBLIC_URL})


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else publishes meanwhile; a process that dies lets go of it with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [LOCK])
        if not cursor.fetchone()[0]:
            raise Refused(_("An edition is being published just now: wait until it is there."))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [LOCK])


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """One state of the record for all that is read. Nothing is written in it: whoever published meanwhile was first."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _workplace() -> Iterator[Path]:
    """A folder beside the editions, that is gone afterwards unless it was moved; what was left by others goes first."""
    try:
        place = root()
    except NotImplementedError:
        raise Refused(_("Editions need a storage of files, whose folders can be moved in one step.")) from None
    place.mkdir(parents=True, exist_ok=True, mode=storages["editions"].directory_permissions_mode or 0o700)
    for left in place.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left)
    folder = place / f"{UNFINISHED}{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(folder: Path, day: date) -> None:
    """In one step. A folder of that name whose row was never committed is set aside, and not deleted."""
    final = root() / day.isoformat()
    if final.exists():
        final.rename(final.with_name(f"{final.name}.unclaimed-{secrets.token_hex(4)}"))
    keep_names(folder)
    folder.rename(final)
    keep_names(root())


def _frozen(folder: Path, edition: Edition) -> Edition:
    """The edition with all that is said of its files, which lie in the folder."""
    issue = Issue(CurrentRevision.read(), edition.day, settings.PUBLIC_URL.rstrip("/"))
    licence = Licence.stated()
    edition.revision = issue.standing.number
    before = Edition.objects.filter(day__lt=edition.day).first()
    files, edition.counts = _tables(folder, edition, issue, licence)
    if before:
        files |= _changes(folder, edition, before, files)
    package = data_package(issue, licence, files, homepage=issue.origin + edition.get_absolute_url())
    files |= _described(folder, "datapackage.json", package)
    files |= _described(folder, "manifest.json", _manifest(edition, issue, licence, before, files))
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in files.values()).encode()
    files |= _named(written(folder, "SHA256SUMS", "text/plain; charset=utf-8", [sums]))
    edition.files = [file.as_json() for file in files.values()]
    return edition


def _tables(folder: Path, edition: Edition, issue: Issue, licence: Licence) -> tuple[Files, dict[str, int]]:
    """Every table in every format, and how many rows it has."""
    files, counts = {}, {}
    for table in TABLES.values():
        words = about(table, issue, licence, address=issue.origin + edition.get_absolute_url())
        for name, kind in FORMATS.items():
            standing, rows = read_at_one_revision(lambda table=table: table.rows(None))
            if standing != issue.standing:
                raise Refused(_("The record moved while it was read: publish anew."))
            with closing(rows):
                counted = Counted(rows)
                pieces = write_table(kind, table, counted, issue.origin, words)
                files |= _named(written(folder, f"{table.name}.{name}", kind.content_type, pieces))
            counts[table.name] = counted.number
    return files, counts


class Counted:
    """What passes, and how much of it there was."""

    def __init__(self, rows: Iterator):
        self.rows = rows
        self.number = 0

    def __iter__(self) -> Iterator:
        for row in self.rows:
            self.number += 1
            yield row


def _changes(folder: Path, edition: Edition, before: Edition, files: Files) -> Files:
    """What changed since the edition before, as its frozen files and these tell; counts go to the edition."""
    frozen = files_of(before)
    tables = list(dict.fromkeys(name.removesuffix(LINES) for name in [*files, *frozen] if name.endswith(LINES)))
    edition.changes = {table: dict.fromkeys(SORTS, 0) for table in tables}

    def found(counting: Callable) -> Iterator:
        for table in tables:
            then = opened(before, frozen[table + LINES]) if table + LINES in frozen else None
            now = open(folder / (table + LINES), "rb") if table + LINES in files else None  # noqa: SIM115
            try:
                for difference in between(table, then, now):
                    counting(difference)
                    yield difference
            finally:
                for file in (then, now):
                    if file:
                        file.close()

    def count(difference) -> None:
        edition.changes[difference.table][difference.sort] += 1

    as_json = FORMATS["json"].write(JSON_HEADER, object_records(found(count)))
    as_csv = FORMATS["csv"].write(CSV_HEADER, line_records(found(lambda difference: None)))
    return _named(written(folder, f"{CHANGES}.json", FORMATS["json"].content_type, as_json)) | _named(
        written(folder, f"{CHANGES}.csv", FORMATS["csv"].content_type, as_csv)
    )


def _manifest(edition: Edition, issue: Issue, licence: Licence, before: Edition | None, files: Files) -> dict:
    """All that a machine needs to know of the edition, and to prove that it has it whole."""
    return {
        "title": _("GMG HLD follow-up portal"),
        "edition": edition.day.isoformat(),
        "address": issue.origin + edition.get_absolute_url(),
        "day": edition.day.isoformat(),
        "published_at": edition.published_at.isoformat(timespec="seconds"),
        "revision": edition.revision,
        "licence": stated_licence(licence) if licence else None,
        "counts": edition.counts,
        "previous": before and before.day.isoformat(),
        "changes": edition.changes,
        "files": [file.as_json() for file in files.values()],
    }


def _described(folder: Path, name: str, description: dict) -> Files:
    text = json.dumps(description, ensure_ascii=False, indent=2) + "\n"
    return _named(written(folder, name, "application/json", [text.encode()]))


def _named(file: FrozenFile) -> Files:
    return {file.name: file}
