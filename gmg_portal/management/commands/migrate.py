"""`manage.py migrate`, run as the role of DATABASE_OWNER_URL if it is set, with new grants for the application."""

from django.conf import settings
from django.core.management.commands import migrate

from foundation.postgresql import roles
from gmg_portal.management.commands.grant_roles import application_role


class Command(migrate.Command):
    """Migrate as the owner of the tables. The grants follow each run, because new tables have none."""

    def handle(self, *args, **options):
        with roles.connect_as_owner():
            super().handle(*args, **options)
            if settings.DATABASE_OWNER:
                roles.grant_privileges(application_role())
