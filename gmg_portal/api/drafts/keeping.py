"""The same request sent twice does nothing twice: its answer is kept under the sender's key, with the deed.

The key is written first, in the transaction of the deed. A second request with it waits at the unique index until the
first has committed, and is then answered alike, or has rolled back, and then does the deed itself. What is refused is
not kept: nothing was done, and the request may be mended and sent again under its key.
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

from gmg_portal.api.drafts.problems import Problem
from gmg_portal.api.renderers import JsonRenderer
from gmg_portal.models import KeptAnswer

KEPT_FOR = timedelta(hours=24)
# A string of RFC 8941, as the header's draft asks, or the same without its quotes.
KEY = re.compile(r'"([\x21\x23-\x5b\x5d-\x7e]{1,200})"|([\x21\x23-\x5b\x5d-\x7e]{1,200})')
HEADERS = ("ETag", "Location")


def once(act: Callable) -> Callable:
    """Let a method of a view do its deed once for each key of each token."""

    @wraps(act)
    def acted(view, request, *args, **kwargs):
        with transaction.atomic():
            kept = _claim(request)
            if kept.status is None:
                return _keep(kept, act(view, request, *args, **kwargs))
            return _answer(kept, replayed=True)

    return acted


def key_of(request: Request) -> str:
    given = KEY.fullmatch(request.headers.get("Idempotency-Key", "").strip())
    if not given:
        raise Problem(
            400,
            _(
                "Send a header ‘Idempotency-Key’ with a key of your own for this deed, such as a UUID: at most 200"
                " signs of ASCII without spaces. Sent twice with it, the request does nothing twice."
            ),
        )
    return given[1] or given[2]


def digest_of(request: Request) -> str:
    """Of what is asked for, however it is laid out: the order of fields and the bounds of parts say nothing."""
    data, files = request.data, []
    if hasattr(data, "lists"):
        files = [[name, sha256(file.read()).hexdigest()] for name, file in sorted(request.FILES.items())]
        for _name, file in request.FILES.items():
            file.seek(0)
        data = sorted([name, values] for name, values in data.lists() if name not in request.FILES)
    told = [request.method, request.path, request.headers.get("If-Match", ""), data, files]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def sweep(now: datetime) -> int:
    return KeptAnswer.objects.filter(made_at__lte=now - KEPT_FOR).delete()[0]


def _claim(request: Request) -> KeptAnswer:
    """The kept answer of the request's key; new, and without a status, where the deed is to be done."""
    asked = {"token": request.auth, "key": key_of(request)}
    digest = digest_of(request)
    rows = KeptAnswer.objects.filter(**asked)
    rows.filter(made_at__lte=timezone.now() - KEPT_FOR).delete()
    KeptAnswer.objects.bulk_create([KeptAnswer(**asked, digest=digest)], ignore_conflicts=True)
    kept = rows.select_for_update().get()
    if kept.digest != digest:
        raise Problem(
            422,
            _("This Idempotency-Key was sent with another request: take a new key for a new deed."),
            code="idempotency_key_reused",
        )
    return kept


def _keep(kept: KeptAnswer, response: Response) -> HttpResponse:
    kept.status = response.status_code
    kept.body = JsonRenderer().render(response.data).decode()
    kept.headers = {name: response[name] for name in HEADERS if name in response}
    kept.save()
    return _answer(kept)


def _answer(kept: KeptAnswer, *, replayed: bool = False) -> HttpResponse:
    told = {**kept.headers, "Idempotency-Replayed": "true"} if replayed else kept.headers
    return HttpResponse(kept.body, status=kept.status, content_type="application/json", headers=told)
