"""Who did what: what the database writes into the audit by itself, and what it is told in so many words."""

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.backends.signals import connection_created
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from gmg_portal.accounts.attempts import account_of
from gmg_portal.models import AuditEntry
from gmg_portal.trace import Trace, current, tell_through

What = AuditEntry.What


def note(what: str, *, request: HttpRequest | None = None, person=None, reason: str = "") -> AuditEntry:
    """Write an entry on something that leaves no line in a history."""
    told = trace_of(request).told()
    return AuditEntry.objects.create(
        what=what,
        person=person,
        reason=reason[:100],
        request_id=told.request_id,
        via=told.via,
        origin=told.origin,
    )


def trace_of(request: HttpRequest | None) -> Trace:
    running = current()
    if request is None:
        return running or Trace()
    return running if running and running.request is request else Trace(request)


def listen() -> None:
    """Hear of sign-ins and of what guards them."""
    connection_created.connect(tell_through, dispatch_uid="trace")
    user_logged_in.disconnect(dispatch_uid="update_last_login")
    user_logged_in.connect(signed_in, dispatch_uid="audit")
    user_logged_out.connect(signed_out, dispatch_uid="audit")
    user_login_failed.connect(sign_in_failed, dispatch_uid="audit")
    user_locked_out.connect(locked_out, dispatch_uid="audit")
    authenticator_added.connect(second_step_added, dispatch_uid="audit")
    authenticator_reset.connect(second_step_added, dispatch_uid="audit")
    authenticator_removed.connect(second_step_removed, dispatch_uid="audit")


def signed_in(request, user, **_kwargs):
    """Without the line that Django's own way of keeping the moment would leave in the history of the account."""
    user.last_login = timezone.now()
    type(user).objects.filter(pk=user.pk).update(last_login=user.last_login)
    note(What.SIGNED_IN, request=request, person=user)


def signed_out(request, user, **_kwargs):
    if user is not None:
        note(What.SIGNED_OUT, request=request, person=user)


def sign_in_failed(credentials, request=None, **_kwargs):
    """The account that was meant, if there is one; what was typed is never kept: it may be a password."""
    person = meant(credentials.get("username") or credentials.get("email"))
    note(What.SIGN_IN_FAILED, request=request, person=person, reason="code" if "second_step" in credentials else "")


def locked_out(request=None, username=None, **_kwargs):
    note(What.LOCKED_OUT, request=request, person=meant(account_of(username or "")))


def second_step_added(request, user, authenticator, **_kwargs):
    note(What.SECOND_STEP_ADDED, request=request, person=user, reason=str(authenticator.type))


def second_step_removed(request, user, authenticator, **_kwargs):
    note(What.SECOND_STEP_REMOVED, request=request, person=user, reason=str(authenticator.type))


def meant(typed: str | None):
    """The account that this name or address of mail belongs to, or None."""
    if not typed or "\0" in typed:
        return None
    return get_user_model().objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed)).first()
