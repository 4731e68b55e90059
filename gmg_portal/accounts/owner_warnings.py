"""Tells the owner of an account by mail, once in a burst of wrong tries, that somebody guesses, and what to do."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from agencies.models import User
from foundation.mail.backend import QueueBackend
from foundation.mail.messages import build_message, send_message
from gmg_portal.models import SignInWarning

WARNED_AFTER = 5  # wrong tries
ONCE_IN = timedelta(days=1)

logger = logging.getLogger(__name__)


def warn_owner(username: str, failures: int, *, is_code: bool) -> None:
    """Mail the owner at the fifth wrong try; what is done for an account that does not exist takes as long."""
    if failures < WARNED_AFTER:
        return
    kind = SignInWarning.Kind.CODE if is_code else SignInWarning.Kind.PASSWORD
    user = User.objects.filter(username=username, is_active=True).exclude(email="").first()
    template = "wrong_codes" if is_code else "wrong_passwords"
    try:
        with transaction.atomic():
            if user is None:
                if failures == WARNED_AFTER:
                    discard_message(template, person=User(username=username))
            elif _claim(user, kind):
                send_message(template, to=user.email, person=user)
    except OSError:
        logger.exception("A warning of wrong passwords could not be sent.")


def discard_message(template: str, **context) -> None:
    """Build and queue a mail, then roll it back: the answer takes as long as for an existing account."""
    with transaction.atomic():
        QueueBackend().send_messages([build_message(template, to="nobody@example.org", **context)])
        transaction.set_rollback(True)


def clear_old_warnings(now: datetime) -> None:
    SignInWarning.objects.filter(sent_at__lt=now - ONCE_IN).delete()


def _claim(user: User, kind: str) -> bool:
    """Whether this burst's mail is to be sent now; of two processes that ask at once, one."""
    SignInWarning.objects.filter(user=user, kind=kind, sent_at__lt=timezone.now() - ONCE_IN).delete()
    return SignInWarning.objects.get_or_create(user=user, kind=kind, defaults={"sent_at": timezone.now()})[1]
