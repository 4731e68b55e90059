"""Makes what a form does happen once, however often the same form is sent: by a double click, or again after 'Back'.

Each form carries a key of its own, which the database holds unique. The key is inserted first, in the transaction that
does the work: a second sending waits at the unique index until the first is done, and then finds what it made.
"""

import json
import re
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from agencies.models import SubmittedForm

FIELD = "_submission"
KEPT_FOR = timedelta(days=7)
A_MOMENT = timedelta(minutes=15)
# Fields whose values are neither kept nor shown again.
SECRET = re.compile(r"password|secret|token|credential", re.IGNORECASE)
NUL = "\x00"  # no column of the database takes it


def new_key() -> str:
    return uuid4().hex


def typed_fields(request: HttpRequest) -> dict[str, list[str]]:
    """Return what people typed or chose in a form: without its machinery, and without secrets.

    A file counts by its name and size.
    """
    fields = {
        name.replace(NUL, ""): [value.replace(NUL, "") for value in request.POST.getlist(name)]
        for name in sorted(request.POST)
        if not (name.startswith("_") or "-_" in name or SECRET.search(name))
    }
    files = {name: [f"{file.name} ({file.size})" for file in request.FILES.getlist(name)] for name in request.FILES}
    return fields | files


def is_free(key: str, *, form: str, user) -> bool:
    """Return whether a key is well formed and used by nobody else and by no other form."""
    try:
        submission = SubmittedForm.objects.filter(pk=UUID(hex=key)).first()
    except ValueError:
        return False
    return submission is None or (submission.user_id, submission.form) == (user.pk, form)


def was_sent(key: str) -> bool:
    return SubmittedForm.objects.filter(pk=UUID(hex=key), row__isnull=False).exists()


def claim(key: str, *, form: str, fields: dict, user=None) -> SubmittedForm | None:
    """Return the submission of a key, locked: new, and without a row, where the work is still to be done.

    Call it in the transaction that does the work. None where there is no key to go by: it is missing, unreadable, or
    of another form or person.
    """
    try:
        key = UUID(hex=key)
    except ValueError:
        return None
    owner = user if user is not None and user.is_authenticated else None
    fresh = SubmittedForm(key=key, user=owner, form=form, digest=digest(fields))
    SubmittedForm.objects.bulk_create([fresh], ignore_conflicts=True)
    submission = SubmittedForm.objects.select_for_update(of=("self",)).get(pk=key)
    return submission if (submission.user_id, submission.form) == (fresh.user_id, form) else None


def settle(submission: SubmittedForm | None, row) -> None:
    """Note what the form made; None where it made nothing, so that it can be mended and sent again under its key."""
    if submission is None:
        return
    if row is None:
        submission.delete()
        return
    submission.row = row.pk
    submission.save(update_fields=["row", "digest"])


def is_same(submission: SubmittedForm, fields: dict) -> bool:
    return submission.digest == digest(fields)


def earlier(submission: SubmittedForm) -> SubmittedForm | None:
    """Return what this person sent a moment ago with the very same words, though with a form that was fetched anew."""
    rows = SubmittedForm.objects.filter(
        user=submission.user_id,
        form=submission.form,
        digest=submission.digest,
        row__isnull=False,
        second__isnull=True,
        made_at__gt=timezone.now() - A_MOMENT,
    )
    return rows.exclude(pk=submission.pk).order_by("-made_at").first() if submission.user_id else None


@transaction.atomic
def keep_second(submission: SubmittedForm, fields: dict) -> None:
    """Keep what was typed otherwise, until its sender has looked at it on the page of what was made first."""
    submission.second = fields
    submission.save(update_fields=["second"])


def second_of(key: str, *, form: str, row: int, user) -> SubmittedForm | None:
    """Return the submission with other words that a page is opened with, if it is this person's and of this row."""
    try:
        rows = SubmittedForm.objects.filter(pk=UUID(hex=key), form=form, row=row, user=user, second__isnull=False)
    except ValueError:
        return None
    return rows.first()


def clear_old(now: datetime) -> None:
    SubmittedForm.objects.filter(made_at__lt=now - KEPT_FOR).delete()


def digest(fields: dict) -> str:
    return sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
