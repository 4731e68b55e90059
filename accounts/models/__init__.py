"""The models of accounts, imported here so that Django finds them."""

from accounts.models.access_token import AccessToken
from accounts.models.invitation import Invitation
from accounts.models.membership import Membership
from accounts.models.sign_in import KnownAddress, SignInWarning
from accounts.models.submitted_form import SubmittedForm
from accounts.models.user import LONG_PASSWORD, AccountRole, AnyUser, User

__all__ = [
    "LONG_PASSWORD",
    "AccessToken",
    "AccountRole",
    "AnyUser",
    "Invitation",
    "KnownAddress",
    "Membership",
    "SignInWarning",
    "SubmittedForm",
    "User",
]
