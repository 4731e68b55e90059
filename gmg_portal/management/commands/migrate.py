"""`manage.py migrate`, as the role that owns the tables where one is named; the application gets its grants anew."""

from django.conf import settings
from django.core.management.commands import migrate

from foundation.postgresql import roles
from gmg_portal.management.commands.grant_roles import application


class Command(migrate.Command):
    def handle(self, *args, **options):
        with roles.connect_as_owner():
            super().handle(*args, **options)
            if settings.DATABASE_OWNER:
                roles.grant_privileges(application())
