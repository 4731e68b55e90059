"""Warn the owner of an account by mail about wrong attempts, once a day for passwords and for codes."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import SignInWarning, User
from foundation.mail.backend import QueueBackend
from foundation.mail.messages import build_message, send_message

WARNING_THRESHOLD = 5  # wrong attempts
WARNING_INTERVAL = timedelta(days=1)

logger = logging.getLogger(__name__)


def warn_owner(username: str, failures: int, *, is_code: bool) -> None:
    """Mail the owner from the fifth wrong attempt; an unknown account takes the same time."""
    if failures < WARNING_THRESHOLD:
        return
    kind = SignInWarning.Kind.CODE if is_code else SignInWarning.Kind.PASSWORD
    user = User.objects.filter(username=username, is_active=True).exclude(email="").first()
    template = "accounts/wrong_codes" if is_code else "accounts/wrong_passwords"
    try:
        with transaction.atomic():
            if user is None:
                if failures == WARNING_THRESHOLD:
                    discard_message(template, person=User(username=username))
            elif _record_warning(user, kind):
                send_message(template, to=user.email, person=user)
    except OSError:
        logger.exception("A warning of wrong passwords could not be sent.")


def discard_message(template: str, **context: dict) -> None:
    """Build and queue a mail, then roll it back: the answer takes as long as for an existing account."""
    with transaction.atomic():
        QueueBackend().send_messages([build_message(template, to="nobody@example.org", **context)])
        transaction.set_rollback(True)


def delete_old_warnings(now: datetime) -> None:
    SignInWarning.objects.filter(sent_at__lt=now - WARNING_INTERVAL).delete()


def _record_warning(user: User, kind: str) -> bool:
    """Record a warning; return whether it is new, True in only one of simultaneous processes."""
    SignInWarning.objects.filter(user=user, kind=kind, sent_at__lt=timezone.now() - WARNING_INTERVAL).delete()
    return SignInWarning.objects.get_or_create(user=user, kind=kind, defaults={"sent_at": timezone.now()})[1]
