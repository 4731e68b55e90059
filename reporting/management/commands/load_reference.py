"""The command that loads the reference data from a YAML file."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reporting.importers.reference import load_reference
from reporting.importers.results import ImportRefused


class Command(BaseCommand):
    """Loads the reference data from a YAML file."""

    help = "Load the reference data (members, agenda, work groups, recommendations); an editor's rows are left alone."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, default=settings.BASE_DIR / "data" / "reference.yaml")

    def handle(self, **options):
        try:
            summaries = load_reference(options["file"])
        except ImportRefused as refusal:
            raise CommandError(str(refusal)) from None
        for summary in summaries:
            self.stdout.write("\n".join(summary.sentences()))
