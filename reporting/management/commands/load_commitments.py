"""The command that loads commitments from a CSV file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from reporting.importers.commitments import load_commitments
from reporting.importers.results import ImportRefused


class Command(BaseCommand):
    """Loads commitments from a CSV file."""

    help = "Load commitments and what came of them from a CSV file: whole, or not at all."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, **options):
        try:
            summaries = load_commitments(options["file"])
        except ImportRefused as refusal:
            raise CommandError(str(refusal)) from None
        for summary in summaries:
            self.stdout.write("\n".join(summary.sentences()))
