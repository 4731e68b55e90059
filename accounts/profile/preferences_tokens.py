"""The token in the link by which a person chooses their mails without signing in."""

from django.core import signing

from accounts.models import User

TOKEN_SALT = "mail-level"  # noqa: S105 - a salt, not a secret


def preferences_token(person: User) -> str:
    """Return the signed token of a person's link."""
    return signing.dumps(person.pk, salt=TOKEN_SALT)


def user_of_token(token: str) -> User | None:
    """Return the person of a link, or None if the token is not valid or the account is closed."""
    try:
        return User.objects.filter(pk=signing.loads(token, salt=TOKEN_SALT), is_active=True).first()
    except signing.BadSignature:
        return None
