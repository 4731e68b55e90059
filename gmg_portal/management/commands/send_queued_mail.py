"""`manage.py send_queued_mail`, which replaces django-post-office's command of the same name."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from foundation.mail.backend import send_queued


class Command(BaseCommand):
    """The delivery of queued mail, safe beside other machines that deliver, which the library's command is not."""

    help = "Deliver what waits in the mail queue. Safe beside any number of others that do."

    def handle(self, **options):
        delivery = send_queued()
        counts = {"sent": delivery.sent, "put_off": delivery.deferred, "given_up": delivery.failed}
        self.stdout.write(_("Mails sent: %(sent)s; put off: %(put_off)s; given up: %(given_up)s.") % counts)
