"""Audit entries: those that triggers write for each history row, and those that the application adds by itself."""

from collections.abc import Mapping

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.backends.signals import connection_created
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.attempts.usernames import username_of_attempt
from gmg_portal.audit.request_context import RequestContext, current_request_context, install_execute_wrapper
from gmg_portal.models import AuditEntry

What = AuditEntry.What


def add_audit_entry(
    what: str, *, request: HttpRequest | None = None, person: AbstractUser | None = None, reason: str = ""
) -> AuditEntry:
    """Create an audit entry for an event that no history table records, such as a sign-in."""
    fields = request_context_of(request).as_audit_fields()
    return AuditEntry.objects.create(
        what=what,
        person=person,
        reason=reason[:100],
        request_id=fields.request_id,
        via=fields.via,
        origin=fields.origin,
    )


def request_context_of(request: HttpRequest | None) -> RequestContext:
    """Return the current context if it belongs to the request (or no request is passed), else a new one."""
    current = current_request_context()
    if request is None:
        return current or RequestContext()
    return current if current and current.request is request else RequestContext(request)


def connect_signals() -> None:
    """Connect the receivers for sign-ins, lockouts and second steps."""
    connection_created.connect(install_execute_wrapper, dispatch_uid="request_context")
    user_logged_in.disconnect(dispatch_uid="update_last_login")
    user_logged_in.connect(log_sign_in, dispatch_uid="audit")
    user_logged_out.connect(log_sign_out, dispatch_uid="audit")
    user_login_failed.connect(log_failed_sign_in, dispatch_uid="audit")
    user_locked_out.connect(log_lockout, dispatch_uid="audit")
    authenticator_added.connect(log_second_step_added, dispatch_uid="audit")
    authenticator_reset.connect(log_second_step_added, dispatch_uid="audit")
    authenticator_removed.connect(log_second_step_removed, dispatch_uid="audit")


def log_sign_in(request: HttpRequest, user: AbstractUser, **_kwargs: object) -> None:
    """Log a sign-in, and set `last_login` by an update, because `save()` would add a row to the account's history."""
    user.last_login = timezone.now()
    type(user).objects.filter(pk=user.pk).update(last_login=user.last_login)
    add_audit_entry(What.SIGNED_IN, request=request, person=user)


def log_sign_out(request: HttpRequest, user: AbstractUser | None, **_kwargs: object) -> None:
    """Log the end of a session; nothing if nobody was signed in."""
    if user is not None:
        add_audit_entry(What.SIGNED_OUT, request=request, person=user)


def log_failed_sign_in(credentials: Mapping[str, str], request: HttpRequest | None = None, **_kwargs: object) -> None:
    """Log the account that was meant, if it exists. The text typed is never stored, because it may be a password."""
    person = find_account(credentials.get("username") or credentials.get("email"))
    add_audit_entry(
        What.SIGN_IN_FAILED, request=request, person=person, reason="code" if "second_step" in credentials else ""
    )


def log_lockout(request: HttpRequest | None = None, username: str | None = None, **_kwargs: object) -> None:
    """Log that an account or address has to wait after too many failed attempts. The account may be unknown."""
    add_audit_entry(What.LOCKED_OUT, request=request, person=find_account(username_of_attempt(username or "")))


def log_second_step_added(
    request: HttpRequest, user: AbstractUser, authenticator: Authenticator, **_kwargs: object
) -> None:
    """Log a new second factor of an account, with its type (TOTP, recovery codes, security key)."""
    add_audit_entry(What.SECOND_STEP_ADDED, request=request, person=user, reason=str(authenticator.type))


def log_second_step_removed(
    request: HttpRequest, user: AbstractUser, authenticator: Authenticator, **_kwargs: object
) -> None:
    """Log the removal of a second factor, with its type."""
    add_audit_entry(What.SECOND_STEP_REMOVED, request=request, person=user, reason=str(authenticator.type))


def find_account(login: str | None) -> AbstractUser | None:
    """Return the account with this user name or email address, ignoring case; None if there is none."""
    if not login or "\0" in login:
        return None
    return get_user_model().objects.filter(Q(username__iexact=login) | Q(email__iexact=login)).first()
