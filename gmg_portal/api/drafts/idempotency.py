"""Idempotent writes: the response to a request is stored under its `Idempotency-Key`, in the same transaction.

The key is inserted first. A second request with it waits at the unique index: if the first commits, the second gets the
stored response; if the first rolls back, the second does the work itself. Errors are not stored: nothing was done, and
the request may be corrected and sent again under its key.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from gmg_portal.api.drafts.problems import DraftProblem
from gmg_portal.api.renderers import JsonRenderer
from gmg_portal.models import IdempotencyRecord

RETENTION = timedelta(hours=24)
# A string of RFC 8941, as the draft of the header requires, with or without quotes.
KEY_PATTERN = re.compile(r'"([\x21\x23-\x5b\x5d-\x7e]{1,200})"|([\x21\x23-\x5b\x5d-\x7e]{1,200})')
STORED_HEADERS = ("ETag", "Location")


def idempotent(method: Callable) -> Callable:
    """Run a view method once for each token and idempotency key; repeat the stored response afterwards."""

    @wraps(method)
    def wrapper(view, request, *args, **kwargs):
        with transaction.atomic():
            record = _claim_record(request)
            if record.status is None:
                return _store_response(record, method(view, request, *args, **kwargs))
            return _stored_response(record, replayed=True)

    return wrapper


def idempotency_key(request: Request) -> str:
    """Return the key in the header `Idempotency-Key`; raise a Problem (400) without a valid one."""
    match = KEY_PATTERN.fullmatch(request.headers.get("Idempotency-Key", "").strip())
    if not match:
        raise DraftProblem(
            400,
            _(
                "Send a header ‘Idempotency-Key’ with a key of your own for this deed, such as a UUID: at most 200"
                " signs of ASCII without spaces. Sent twice with it, the request does nothing twice."
            ),
        )
    return match[1] or match[2]


def request_digest(request: Request) -> str:
    """Return the SHA-256 of a request's content; the order of fields and multipart boundaries do not change it."""
    data, file_digests = request.data, []
    if hasattr(data, "lists"):
        file_digests = [[name, sha256(file.read()).hexdigest()] for name, file in sorted(request.FILES.items())]
        for _name, file in request.FILES.items():
            file.seek(0)
        data = sorted([name, values] for name, values in data.lists() if name not in request.FILES)
    parts = [request.method, request.path, request.headers.get("If-Match", ""), data, file_digests]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def delete_expired_records(now: datetime) -> int:
    """Delete the records that are older than RETENTION; return their number."""
    return IdempotencyRecord.objects.filter(made_at__lte=now - RETENTION).delete()[0]


def _claim_record(request: Request) -> IdempotencyRecord:
    """Return the record of the request's key, locked; a new one has no status yet, and its work is still to be done."""
    identity = {"token": request.auth, "key": idempotency_key(request)}
    digest = request_digest(request)
    rows = IdempotencyRecord.objects.filter(**identity)
    rows.filter(made_at__lte=timezone.now() - RETENTION).delete()
    IdempotencyRecord.objects.bulk_create([IdempotencyRecord(**identity, digest=digest)], ignore_conflicts=True)
    record = rows.select_for_update().get()
    if record.digest != digest:
        raise DraftProblem(
            422,
            _("This Idempotency-Key was sent with another request: take a new key for a new deed."),
            code="idempotency_key_reused",
        )
    return record


def _store_response(record: IdempotencyRecord, response: Response) -> HttpResponse:
    record.status = response.status_code
    record.body = JsonRenderer().render(response.data).decode()
    record.headers = {name: response[name] for name in STORED_HEADERS if name in response}
    record.save()
    return _stored_response(record)


def _stored_response(record: IdempotencyRecord, *, replayed: bool = False) -> HttpResponse:
    headers = {**record.headers, "Idempotency-Replayed": "true"} if replayed else record.headers
    return HttpResponse(record.body, status=record.status, content_type="application/json", headers=headers)
