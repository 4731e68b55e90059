"""What makes a fresh installation usable for a trial: one account per role, and a reporting cycle that asks now."""

import json
import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import TypedDict

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from agencies.models import Agency, Membership
from agencies.permissions import SECRETARIAT
from agencies.querysets import today
from commitments import actions
from commitments.models import ReportingCycle
from gmg_portal.private_files import write_private

# username: role, code of the agency. UNDESA leads the data-and-research group; whoever acts for it leads the group.
ACCOUNTS = {
    "administrator": ("administrator", None),
    "secretariat": ("secretariat", None),
    "ilo-focal-point": ("focal_point", "ilo"),
    "iom-focal-point": ("focal_point", "iom"),
    "data-and-research-lead": ("group_lead", "undesa"),
}


class Account(TypedDict):
    """One line of `var/accounts.json`."""

    role: str
    agency: str | None
    username: str
    password: str


def prepare_accounts(path: Path) -> list[Account]:
    """Make what is missing of the trial accounts, and write them to this file.

    A password that the file knows is kept, and trusted while its user exists; a lost one is replaced.
    """
    known = _known_passwords(path)
    accounts = [
        Account(role=role, agency=agency, username=username, password=known.get(username) or secrets.token_urlsafe(12))
        for username, (role, agency) in ACCOUNTS.items()
    ]
    text = json.dumps(accounts, indent=2) + "\n"
    if not path.exists() or path.read_text() != text:
        write_private(path, text)
    with transaction.atomic():
        for account in accounts:
            _prepare_account(account, keep_password=account["username"] in known)
    return accounts


def _known_passwords(path: Path) -> dict[str, str]:
    try:
        return {account["username"]: account["password"] for account in json.loads(path.read_text())}
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return {}


def _prepare_account(account: Account, *, keep_password: bool) -> None:
    users = get_user_model().objects
    user = users.filter(username=account["username"]).first() or users.model(username=account["username"])
    if not user.pk:
        user.is_staff = True
        user.is_superuser = account["role"] == "administrator"
    if not (user.pk and keep_password):
        user.set_password(account["password"])
        user.save()
    if account["role"] == "secretariat":
        user.groups.add(Group.objects.get_or_create(name=SECRETARIAT)[0])
    if account["agency"] and not user.memberships.exists():
        agency = Agency.objects.get(code=account["agency"])
        Membership.objects.create(user=user, agency=agency, starts_on=today())


@transaction.atomic
def open_current_cycle() -> ReportingCycle | None:
    """Ask for reports on the running half-year; None if a cycle of this half-year stands already."""
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
    """The first and the last day of the half-year in which a day falls."""
    if day.month <= 6:
        return date(day.year, 1, 1), date(day.year, 6, 30)
    return date(day.year, 7, 1), date(day.year, 12, 31)
