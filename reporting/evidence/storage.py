"""Storage of evidence files together with their rows, so that a rollback leaves no file and a commit loses none."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import file_digest
from typing import TYPE_CHECKING

from django.core.files.storage import Storage
from django.db import transaction

if TYPE_CHECKING:
    from reporting.models import Evidence


def record_size_and_digest(piece: "Evidence") -> None:
    """Set the size and digest of a file that is about to be stored; without a file, clear them."""
    if not piece.file:
        piece.file_size, piece.file_digest = None, ""
    elif not piece.file._committed:
        piece.file.seek(0)
        piece.file_size = piece.file.size
        piece.file_digest = file_digest(piece.file, "sha256").hexdigest()
        piece.file.seek(0)


@contextmanager
def file_saved_with_row(piece: "Evidence") -> Iterator[None]:
    """Wrap the saving of a row: a rollback deletes its new file, a commit deletes the file that it replaces."""
    previous = type(piece).objects.filter(pk=piece.pk).values_list("file", flat=True).first() if piece.pk else ""
    is_new = bool(piece.file) and not piece.file._committed
    with transaction.atomic():
        try:
            yield
        finally:
            if is_new and piece.file._committed:
                _discard_on_rollback(piece.file.storage, piece.file.name)
        if previous and previous != piece.file.name:
            _discard_on_commit(piece.file.storage, previous)


def delete_file(instance: "Evidence", **_signal: object) -> None:
    """Delete the file of a deleted row on commit; a receiver of the `post_delete` signal."""
    if instance.file:
        _discard_on_commit(instance.file.storage, instance.file.name)


def _discard_on_commit(storage: Storage, name: str) -> None:
    transaction.on_commit(partial(storage.delete, name), robust=True)


def _discard_on_rollback(storage: Storage, name: str) -> None:
    """Delete a file if the transaction is rolled back.

    Django has no hook for rollbacks, but it drops the functions registered for the commit. When this function is
    garbage-collected without having run, its finalizer deletes the file.
    """

    def keep():
        finalizer.detach()

    finalizer = weakref.finalize(keep, storage.delete, name)
    transaction.on_commit(keep)
