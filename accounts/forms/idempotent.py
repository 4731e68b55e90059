"""Idempotent forms: a form sent twice, by a double click or after 'Back', has an effect only once.

Each form has a key, which is unique in the database. The key is inserted first, in the transaction that does the work.
A second submission waits at the unique index until the first is committed, and then finds the row that it created.
"""

import json
import re
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AnyUser, SubmittedForm

KEY_FIELD = "_submission"
RETENTION = timedelta(days=7)
DUPLICATE_WINDOW = timedelta(minutes=15)
# Fields whose values are neither stored nor shown again.
SECRET_FIELD = re.compile(r"password|secret|token|credential", re.IGNORECASE)
NUL = "\x00"  # PostgreSQL cannot store it


def new_key() -> str:
    """Return a key for a new form."""
    return uuid4().hex


def typed_fields(request: HttpRequest) -> dict[str, list[str]]:
    """Return the fields that a person filled in, by name: without technical fields and secrets.

    A file is represented by its name and size.
    """
    fields = {
        name.replace(NUL, ""): [value.replace(NUL, "") for value in request.POST.getlist(name)]
        for name in sorted(request.POST)
        if not (name.startswith("_") or "-_" in name or SECRET_FIELD.search(name))
    }
    files = {name: [f"{file.name} ({file.size})" for file in request.FILES.getlist(name)] for name in request.FILES}
    return fields | files


def is_usable_key(key: str, *, form: str, user: AnyUser) -> bool:
    """Return whether a key is well formed and not used by another person or form."""
    try:
        submission = SubmittedForm.objects.filter(pk=UUID(hex=key)).first()
    except ValueError:
        return False
    return submission is None or (submission.user_id, submission.form) == (user.pk, form)


def was_processed(key: str) -> bool:
    """Return whether the form of a key has created its row."""
    return SubmittedForm.objects.filter(pk=UUID(hex=key), row__isnull=False).exists()


def lock_submission(key: str, *, form: str, fields: dict, user: AnyUser | None = None) -> SubmittedForm | None:
    """Return the submission of a key, locked; a new one has no `row`, and its work is still to be done.

    Call it in the transaction that does the work. Returns None if the key is missing, malformed, or of another form or
    person.
    """
    try:
        key = UUID(hex=key)
    except ValueError:
        return None
    owner = user if user is not None and user.is_authenticated else None
    new_submission = SubmittedForm(key=key, user=owner, form=form, digest=fields_digest(fields))
    SubmittedForm.objects.bulk_create([new_submission], ignore_conflicts=True)
    submission = SubmittedForm.objects.select_for_update(of=("self",)).get(pk=key)
    return submission if (submission.user_id, submission.form) == (new_submission.user_id, form) else None


def record_result(submission: SubmittedForm | None, row: Model | None) -> None:
    """Store the row that the form created; without one delete the submission, so that its key can be used again."""
    if submission is None:
        return
    if row is None:
        submission.delete()
        return
    submission.row = row.pk
    submission.save(update_fields=["row", "digest"])


def has_same_fields(submission: SubmittedForm, fields: dict) -> bool:
    """Return whether a submission had the same fields."""
    return submission.digest == fields_digest(fields)


def find_duplicate(submission: SubmittedForm) -> SubmittedForm | None:
    """Return the person's recent submission of the same fields under another key, if there is one."""
    rows = SubmittedForm.objects.filter(
        user=submission.user_id,
        form=submission.form,
        digest=submission.digest,
        row__isnull=False,
        second__isnull=True,
        made_at__gt=timezone.now() - DUPLICATE_WINDOW,
    )
    return rows.exclude(pk=submission.pk).order_by("-made_at").first() if submission.user_id else None


@transaction.atomic
def store_resubmission(submission: SubmittedForm, fields: dict) -> None:
    """Store the fields of a second submission that differ from the first, to show them to the person."""
    submission.second = fields
    submission.save(update_fields=["second"])


def find_resubmission(key: str, *, form: str, row: int, user: AnyUser) -> SubmittedForm | None:
    """Return the submission with stored second fields, if it belongs to this person, form and row."""
    try:
        rows = SubmittedForm.objects.filter(pk=UUID(hex=key), form=form, row=row, user=user, second__isnull=False)
    except ValueError:
        return None
    return rows.first()


def delete_old_submissions(now: datetime) -> None:
    SubmittedForm.objects.filter(made_at__lt=now - RETENTION).delete()


def fields_digest(fields: dict) -> str:
    return sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
