"""`manage.py grant_roles`: grant the application's database role its rights. `migrate` does the same at its end."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from foundation.postgresql import roles


class Command(BaseCommand):
    """Grant as the owner of the tables; without DATABASE_OWNER_URL there is nothing to grant, and it fails."""

    help = "Grant the role of DATABASE_URL what it needs, as the role of DATABASE_OWNER_URL. May be run again."
    requires_system_checks = []

    def handle(self, **options):
        if not settings.DATABASE_OWNER:
            raise CommandError(_("DATABASE_OWNER_URL is not set: it names the role that owns the tables."))
        with roles.connect_as_owner():
            role = application_role()
            roles.grant_privileges(role)
        self.stdout.write(_("The role %(role)s has what it needs, and owns nothing.") % {"role": role})


def application_role() -> str:
    """Return the role of DATABASE_URL. Raises CommandError if it is also the owner or does not exist."""
    role = settings.DATABASE_ROLE
    if role == settings.DATABASE_OWNER["USER"]:
        raise CommandError(_("DATABASE_URL and DATABASE_OWNER_URL name the same role: they must be two."))
    if not roles.role_exists(role):
        raise CommandError(
            _("The database knows no role %(role)s: make it first, see docs/operating.md.") % {"role": role}
        )
    return role
