"""`manage.py publish_edition`: publish today's public record as an edition, or check the files of all editions."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gmg_portal.models import Edition
from gmg_portal.open_data.editions.files import DamagedFile, find_damage
from gmg_portal.open_data.editions.publishing import PublicationRefused, publish


class Command(BaseCommand):
    """Write an edition, which is refused if today has one; or check sizes and digests of all editions."""

    help = "Publish the public record as it stands now as the edition of today (UTC), never altered afterwards."

    def add_arguments(self, parser):
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--dry-run", action="store_true", help="Make all files, say what they are, and keep nothing.")
        mode.add_argument("--check", action="store_true", help="See that every file of every edition is what it was.")

    def handle(self, *, dry_run, check, **options):
        if check:
            return self.check_all()
        try:
            edition = publish(dry_run=dry_run)
        except (PublicationRefused, DamagedFile) as error:
            raise CommandError(_("No edition was published. %(reason)s") % {"reason": error}) from None
        except OSError as error:
            raise CommandError(_("No edition was published. %(reason)s") % {"reason": error}) from error
        self.stdout.write(summary(edition))
        if dry_run:
            self.stdout.write(_("Nothing was published: this was a trial."))
        return None

    def check_all(self):
        problems = []
        for edition in Edition.objects.order_by("day"):
            edition_problems = find_damage(edition)
            problems += edition_problems
            state = _("damaged") if edition_problems else _("as published")
            values = {"edition": edition, "files": len(edition.files), "state": state}
            self.stdout.write(_("%(edition)s: %(files)s files, %(state)s.") % values)
        if problems:
            raise CommandError("\n".join(problems))
        if not Edition.objects.exists():
            self.stdout.write(_("There is no edition yet."))


def summary(edition: Edition) -> str:
    """Return a line with the contents, size and address of an edition."""
    rows = ", ".join(f"{table} {number}" for table, number in edition.counts.items())
    files = ngettext("%(count)s file", "%(count)s files", len(edition.files)) % {"count": len(edition.files)}
    return _("Edition %(edition)s of revision %(revision)s: %(files)s, %(size)s; rows: %(rows)s. %(address)s") % {
        "edition": edition,
        "revision": edition.revision,
        "files": files,
        "size": filesizeformat(edition.size),
        "rows": rows,
        "address": settings.PUBLIC_URL.rstrip("/") + edition.get_absolute_url(),
    }
