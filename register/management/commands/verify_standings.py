"""The command that compares the read model with what it is computed from."""

from django.core.management.base import BaseCommand, CommandError

from register.standings.verification import differences, repair


class Command(BaseCommand):
    """Compares every standing with one computed anew."""

    help = "Compute the standings of all commitments anew and compare. The exit status is 1 if one differs."

    def add_arguments(self, parser):
        parser.add_argument("--repair", action="store_true", help="rebuild the standings that differ")

    def handle(self, **options):
        rows = list(differences())
        for row in rows:
            self.stdout.write(str(row))
        if options["repair"]:
            repair({row.commitment for row in rows})
            self.stdout.write(f"Standings that differed and were rebuilt: {len(rows)}.")
        elif rows:
            raise CommandError(f"Standings that differ: {len(rows)}. ‘verify_standings --repair’ rebuilds them.")
        else:
            self.stdout.write("All standings are as computed.")
