from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from foundation.mail.backend import send_queued


class Command(BaseCommand):
    """In place of the library's own command, which knows of no other machine that delivers."""

    help = "Deliver what waits in the mail queue. Safe beside any number of others that do."

    def handle(self, **options):
        done = send_queued()
        told = {"sent": done.sent, "put_off": done.deferred, "given_up": done.failed}
        self.stdout.write(_("Mails sent: %(sent)s; put off: %(put_off)s; given up: %(given_up)s.") % told)
