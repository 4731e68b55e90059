"""The names under which attempts at an account are counted."""

from hashlib import blake2b
from unicodedata import normalize

from django.db.models import Q
from django.http import HttpRequest

from accounts.models import User

SECOND_STEP_SUFFIX, SIGNED_IN_SUFFIX = " (second step)", " (signed in)"  # no user name has a space


def attempt_username(request: HttpRequest, credentials: dict | None) -> str:
    """Return the name under which attempts are counted: the account's user name, with suffixes.

    An unknown name is stored as a digest, since it may be a password typed into the wrong field.
    """
    credentials = credentials or {}
    typed = (credentials.get("username") or credentials.get("email") or "").strip().lower()
    usernames = request.__dict__.setdefault("_attempt_usernames", {})
    if typed not in usernames:
        # Look-alike letters, such as a long s, match the same account.
        condition = Q()
        for name in {typed, normalize("NFKC", typed).casefold()} - {""}:
            condition |= Q(username__iexact=name) | Q(email__iexact=name)
        account = User.objects.filter(condition or Q(pk=None)).order_by("pk").values_list("username", flat=True).first()
        usernames[typed] = account or f"unknown {blake2b(typed.encode(), digest_size=6).hexdigest()}"
    signed_in = SIGNED_IN_SUFFIX if is_signed_in_as(request, usernames[typed]) else ""
    return usernames[typed] + signed_in + (SECOND_STEP_SUFFIX if credentials.get("second_step") else "")


def username_of_attempt(name: str) -> str:
    """Return the user name without the suffixes of `attempt_username`."""
    return name.removesuffix(SECOND_STEP_SUFFIX).removesuffix(SIGNED_IN_SUFFIX)


def is_signed_in_as(request: HttpRequest, username: str) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and user.get_username() == username


def attempt_usernames(username: str) -> list[str]:
    """Return all names under which attempts at an account are counted."""
    return [username + signed_in + step for signed_in in ("", SIGNED_IN_SUFFIX) for step in ("", SECOND_STEP_SUFFIX)]
