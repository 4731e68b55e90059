"""`./manage.py trial_code USERNAME`: print the current TOTP code of a trial account."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from gmg_portal.trial import setup


class Command(BaseCommand):
    """Compute the code from the secret that the trial stored. Outside a trial it fails."""

    help = "Print the present sign-in code of an account of the trial."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *, username, **options):
        if not settings.TRIAL:
            raise CommandError(
                _("This is for a trial alone, set up by ‘make run’. Elsewhere codes come from one's own app.")
            )
        accounts = setup.read_accounts(settings.VAR_DIR / "accounts.json")
        with_codes = {name: account for name, account in accounts.items() if account["totp_secret"]}
        if username not in with_codes:
            values = {"username": username, "names": ", ".join(with_codes) or _("none; start the trial first")}
            raise CommandError(_("No trial account “%(username)s” takes a code. Those that do: %(names)s.") % values)
        self.stdout.write(setup.totp_code(with_codes[username]))
