"""Publish an edition: all or nothing, from one state of the record, and at most once a day."""

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
from foundation.text.web_addresses import is_public_host
from gmg_portal.models import Edition
from gmg_portal.open_data.descriptions import Licence, Snapshot, data_package, file_metadata, frictionless_licence
from gmg_portal.open_data.editions.differences import (
    CHANGE_TYPES,
    CSV_HEADER,
    JSON_HEADER,
    NDJSON_SUFFIX,
    compare_files,
    csv_records,
    json_records,
)
from gmg_portal.open_data.editions.files import (
    FrozenFile,
    edition_files,
    editions_folder,
    open_verified,
    sync_folder,
    write_file,
)
from gmg_portal.open_data.table_classes import read_consistent_rows
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.writers import FORMATS, write_table
from gmg_portal.revision.current import CurrentRevision

# Folders of unfinished publications; the next publication deletes them.
TEMPORARY_PREFIX = ".unfinished-"
LOCK = "portal.publish_edition"
CHANGES = "changes"
Files = dict[str, FrozenFile]


class PublicationRefused(Exception):
    """The reason why no edition can be published now, as a sentence."""


def publish(*, dry_run: bool = False) -> Edition:
    """Freeze the current public record as the edition of today (UTC).

    The edition exists once its row is committed; nobody sees anything before. A dry run writes all files and deletes
    them again.
    """
    with _publication_lock(), _temporary_folder() as folder:
        if not dry_run:
            _check_public_url()
        with _read_only_snapshot():
            day, published_at = today(), timezone.now()
            if Edition.objects.filter(day=day).exists():
                message = _("There is an edition of %(day)s already, and it is never altered: publish one tomorrow.")
                raise PublicationRefused(message % {"day": day.isoformat()})
            edition = _write_edition(folder, Edition(day=day, published_at=published_at))
            if today() != day:
                raise PublicationRefused(
                    _("Midnight (UTC) passed meanwhile: publish anew, as the edition of the new day.")
                )
        if not dry_run:
            with transaction.atomic():
                edition.save(force_insert=True)
                _move_into_place(folder, day)
    return edition


def _check_public_url() -> None:
    """Refuse a PUBLIC_URL that is not a public address: the files of an edition contain it for ever."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not is_public_host(host):
        message = _(
            "PUBLIC_URL is %(address)s, and the files of an edition would say so for ever: set it to the address under"
            " which readers find the portal, as https://portal.example.org."
        )
        raise PublicationRefused(message % {"address": settings.PUBLIC_URL})


@contextmanager
def _publication_lock() -> Iterator[None]:
    """Hold the lock of publication. It is released with the connection if the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [LOCK])
        if not cursor.fetchone()[0]:
            raise PublicationRefused(_("An edition is being published just now: wait until it is there."))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [LOCK])


@contextmanager
def _read_only_snapshot() -> Iterator[None]:
    """Read everything from one state of the record, in a read-only transaction."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Yield a folder beside the editions, and delete it afterwards unless it was moved; first delete leftovers."""
    try:
        parent = editions_folder()
    except NotImplementedError:
        raise PublicationRefused(
            _("Editions need a storage of files, whose folders can be moved in one step.")
        ) from None
    parent.mkdir(parents=True, exist_ok=True, mode=storages["editions"].directory_permissions_mode or 0o700)
    for leftover in parent.glob(f"{TEMPORARY_PREFIX}*"):
        shutil.rmtree(leftover)
    folder = parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move_into_place(folder: Path, day: date) -> None:
    """Rename the folder in one step. A folder of that name whose row was never committed is renamed, not deleted."""
    final = editions_folder() / day.isoformat()
    if final.exists():
        final.rename(final.with_name(f"{final.name}.unclaimed-{secrets.token_hex(4)}"))
    sync_folder(folder)
    folder.rename(final)
    sync_folder(editions_folder())


def _write_edition(folder: Path, edition: Edition) -> Edition:
    """Write all files into the folder, and return the edition with its counts and its list of files."""
    snapshot = Snapshot(CurrentRevision.read(), edition.day, settings.PUBLIC_URL.rstrip("/"))
    licence = Licence.from_settings()
    edition.revision = snapshot.standing.number
    previous = Edition.objects.filter(day__lt=edition.day).first()
    files, edition.counts = _write_tables(folder, edition, snapshot, licence)
    if previous:
        files |= _write_changes(folder, edition, previous, files)
    package = data_package(snapshot, licence, files, homepage=snapshot.origin + edition.get_absolute_url())
    files |= _write_json(folder, "datapackage.json", package)
    files |= _write_json(folder, "manifest.json", _manifest(edition, snapshot, licence, previous, files))
    checksums = "".join(f"{file.sha256}  {file.name}\n" for file in files.values()).encode()
    files |= _by_name(write_file(folder, "SHA256SUMS", "text/plain; charset=utf-8", [checksums]))
    edition.files = [file.as_json() for file in files.values()]
    return edition


def _write_tables(folder: Path, edition: Edition, snapshot: Snapshot, licence: Licence) -> tuple[Files, dict[str, int]]:
    """Write every table in every format; return the files and the number of rows by table."""
    files, counts = {}, {}
    for table in TABLES.values():
        metadata = file_metadata(table, snapshot, licence, address=snapshot.origin + edition.get_absolute_url())
        for name, file_format in FORMATS.items():
            standing, rows = read_consistent_rows(lambda table=table: table.rows(None))
            if standing != snapshot.standing:
                raise PublicationRefused(_("The record moved while it was read: publish anew."))
            with closing(rows):
                counted_rows = CountingIterator(rows)
                chunks = write_table(file_format, table, counted_rows, snapshot.origin, metadata)
                files |= _by_name(write_file(folder, f"{table.name}.{name}", file_format.content_type, chunks))
            counts[table.name] = counted_rows.number
    return files, counts


class CountingIterator:
    """An iterable that counts the rows that pass through it."""

    def __init__(self, rows: Iterator):
        self.rows = rows
        self.number = 0

    def __iter__(self) -> Iterator:
        for row in self.rows:
            self.number += 1
            yield row


def _write_changes(folder: Path, edition: Edition, previous: Edition, files: Files) -> Files:
    """Write the changes since the previous edition, from the files of both; set the edition's counts of changes."""
    previous_files = edition_files(previous)
    tables = list(
        dict.fromkeys(
            name.removesuffix(NDJSON_SUFFIX) for name in [*files, *previous_files] if name.endswith(NDJSON_SUFFIX)
        )
    )
    edition.changes = {table: dict.fromkeys(CHANGE_TYPES, 0) for table in tables}

    def iterate_differences(on_difference: Callable) -> Iterator:
        for table in tables:
            then = (
                open_verified(previous, previous_files[table + NDJSON_SUFFIX])
                if table + NDJSON_SUFFIX in previous_files
                else None
            )
            now = open(folder / (table + NDJSON_SUFFIX), "rb") if table + NDJSON_SUFFIX in files else None  # noqa: SIM115
            try:
                for difference in compare_files(table, then, now):
                    on_difference(difference)
                    yield difference
            finally:
                for file in (then, now):
                    if file:
                        file.close()

    def count_difference(difference) -> None:
        edition.changes[difference.table][difference.change_type] += 1

    as_json = FORMATS["json"].write(JSON_HEADER, json_records(iterate_differences(count_difference)))
    as_csv = FORMATS["csv"].write(CSV_HEADER, csv_records(iterate_differences(lambda difference: None)))
    return _by_name(write_file(folder, f"{CHANGES}.json", FORMATS["json"].content_type, as_json)) | _by_name(
        write_file(folder, f"{CHANGES}.csv", FORMATS["csv"].content_type, as_csv)
    )


def _manifest(edition: Edition, snapshot: Snapshot, licence: Licence, previous: Edition | None, files: Files) -> dict:
    """Return the edition's metadata with all digests, by which a program can verify that its copy is complete."""
    return {
        "title": _("GMG HLD follow-up portal"),
        "edition": edition.day.isoformat(),
        "address": snapshot.origin + edition.get_absolute_url(),
        "day": edition.day.isoformat(),
        "published_at": edition.published_at.isoformat(timespec="seconds"),
        "revision": edition.revision,
        "licence": frictionless_licence(licence) if licence else None,
        "counts": edition.counts,
        "previous": previous and previous.day.isoformat(),
        "changes": edition.changes,
        "files": [file.as_json() for file in files.values()],
    }


def _write_json(folder: Path, name: str, description: dict) -> Files:
    text = json.dumps(description, ensure_ascii=False, indent=2) + "\n"
    return _by_name(write_file(folder, name, "application/json", [text.encode()]))


def _by_name(file: FrozenFile) -> Files:
    return {file.name: file}
