"""Setup of a trial: an account for each role, and an open reporting cycle."""

import json
import secrets
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TypedDict

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import SECRETARIAT
from agencies.models import Agency
from foundation.clock import today
from foundation.files.private import write_private_file
from reporting import actions
from reporting.models import ReportingCycle

# username: (role, code of the agency). UNDESA leads the data-and-research group, so its focal point leads that group.
ACCOUNTS = {
    "administrator": ("administrator", None),
    "secretariat": ("secretariat", None),
    "ilo-focal-point": ("focal_point", "ilo"),
    "iom-focal-point": ("focal_point", "iom"),
    "data-and-research-lead": ("group_lead", "undesa"),
}
ROLES_WITH_SECOND_STEP = ("administrator", "secretariat")


class TrialAccount(TypedDict):
    """An entry of `var/accounts.json`."""

    role: str
    agency: str | None
    username: str
    password: str
    totp_secret: str | None  # only for roles that need a second step


def prepare_accounts(path: Path) -> list[TrialAccount]:
    """Create the trial accounts that are missing, and write all of them to this file.

    Accounts in the file keep their passwords and secrets. If the user of an account is missing, it is created again.
    """
    saved = read_accounts(path)
    accounts = [saved.get(username) or _new_account(username) for username in ACCOUNTS]
    text = json.dumps(accounts, indent=2) + "\n"
    if not path.exists() or path.read_text() != text:
        write_private_file(path, text)
    with transaction.atomic():
        for account in accounts:
            _prepare_account(account, is_saved=account["username"] in saved)
    return accounts


def read_accounts(path: Path) -> dict[str, TrialAccount]:
    """Return the accounts in the file by user name; {} if the file is missing or damaged."""
    try:
        accounts = {account["username"]: account for account in json.loads(path.read_text())}
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return {}
    is_complete = all(set(account) == set(TrialAccount.__annotations__) for account in accounts.values())
    return accounts if is_complete else {}


def _new_account(username: str) -> TrialAccount:
    role, agency = ACCOUNTS[username]
    return TrialAccount(
        role=role,
        agency=agency,
        username=username,
        password=secrets.token_urlsafe(12),
        totp_secret=generate_totp_secret() if role in ROLES_WITH_SECOND_STEP else None,
    )


def totp_code(account: TrialAccount) -> str:
    """Return the code that an authenticator app shows now for this account."""
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return format_hotp_value(hotp_value(account["totp_secret"] or "", counter))


def _prepare_account(account: TrialAccount, *, is_saved: bool) -> None:
    users = get_user_model().objects
    user = users.filter(username=account["username"]).first() or users.model(username=account["username"])
    if not user.pk:
        user.is_staff = True
        user.is_superuser = account["role"] == "administrator"
        user.email = f"{account['username']}@example.org"
    if not (user.pk and is_saved):
        user.set_password(account["password"])
        user.save()
        Authenticator.objects.filter(user=user).delete()
    if account["totp_secret"] and not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, account["totp_secret"])
    if account["role"] == "secretariat":
        user.groups.add(Group.objects.get_or_create(name=SECRETARIAT)[0])
    if account["agency"] and not user.memberships.exists():
        agency = Agency.objects.get(code=account["agency"])
        Membership.objects.create(user=user, agency=agency, starts_on=today())


@transaction.atomic
def open_current_cycle() -> ReportingCycle | None:
    """Open a reporting cycle for the current half-year; return None if one has opened in it already."""
    starts_on, ends_on = half_year(today())
    if ReportingCycle.objects.filter(opens_on__range=(starts_on, ends_on)).exists():
        return None
    title = _("%(first_month)s–%(last_month)s %(year)s") % {
        "first_month": MONTHS[starts_on.month],
        "last_month": MONTHS[ends_on.month],
        "year": ends_on.year,
    }
    cycle = ReportingCycle.objects.create(
        title=title,
        opens_on=today(),
        due_on=ends_on,
        closes_on=ends_on + timedelta(days=31),
    )
    actions.open_cycle(cycle, by=None)
    return cycle


def half_year(day: date) -> tuple[date, date]:
    """Return the first and the last day of the half-year that contains a day."""
    if day.month <= 6:
        return date(day.year, 1, 1), date(day.year, 6, 30)
    return date(day.year, 7, 1), date(day.year, 12, 31)
