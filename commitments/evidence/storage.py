"""Files come and go with their rows: what is rolled back leaves nothing behind, and what is committed loses nothing."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import file_digest

from django.core.files.storage import Storage
from django.db import transaction


def describe(piece) -> None:
    """Note size and digest of a file that is about to be kept; of no file there is nothing to note."""
    if not piece.file:
        piece.file_size, piece.file_digest = None, ""
    elif not piece.file._committed:
        piece.file.seek(0)
        piece.file_size = piece.file.size
        piece.file_digest = file_digest(piece.file, "sha256").hexdigest()
        piece.file.seek(0)


@contextmanager
def kept_together(piece) -> Iterator[None]:
    """Around saving a row: a new file is removed if this is rolled back, the one it replaces once it is committed."""
    before = type(piece).objects.filter(pk=piece.pk).values_list("file", flat=True).first() if piece.pk else ""
    fresh = bool(piece.file) and not piece.file._committed
    with transaction.atomic():
        try:
            yield
        finally:
            if fresh and piece.file._committed:
                _discard_on_rollback(piece.file.storage, piece.file.name)
        if before and before != piece.file.name:
            _discard_on_commit(piece.file.storage, before)


def forget(instance, **_signal) -> None:
    """After a row was deleted, by whatever way."""
    if instance.file:
        _discard_on_commit(instance.file.storage, instance.file.name)


def _discard_on_commit(storage: Storage, name: str) -> None:
    transaction.on_commit(partial(storage.delete, name), robust=True)


def _discard_on_rollback(storage: Storage, name: str) -> None:
    """Nothing tells of a rollback but this: what was to be done on commit is dropped, and the file goes with it."""

    def keep():
        finalizer.detach()

    finalizer = weakref.finalize(keep, storage.delete, name)
    transaction.on_commit(keep)
