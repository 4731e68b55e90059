"""The reference file, loaded as the command does it."""

import re
from io import StringIO

import yaml
from django.conf import settings
from django.core.management import call_command

from agencies.models import Agency, ChairTerm
from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement
from commitments.models import Stakeholder
from recommendations.models import Recommendation
from workgroups.models import Participation, WorkGroup, WorkPlan

FILE = settings.BASE_DIR / "data" / "reference.yaml"
SOURCE = yaml.safe_load(FILE.read_text(encoding="utf-8"))
MODELS = [
    Agency,
    ChairTerm,
    AgendaPoint,
    Framework,
    Alignment,
    Statement,
    Event,
    WorkGroup,
    Participation,
    WorkPlan,
    Recommendation,
    Stakeholder,
]
NUMBERS = re.compile(r"(\d+) added, 0 updated, 0 kept")
FORMER_NAME = (
    "former_names:\n"
    "  - {agency: who, acronym: OLD, name: Office of Old, until: 1999-12-31, source: Resolution 1}\n"
    "chairs:  "
)


def load(*args) -> list[str]:
    """Run the command and return its output as lines."""
    output = StringIO()
    call_command("load_reference", *args, stdout=output)
    return output.getvalue().splitlines()


def histories() -> dict[str, int]:
    return {model.__name__: model.history.count() for model in MODELS}


def write_changed(folder, old: str, new: str):
    """Write a copy of the file into a folder, with one text in another's place."""
    text = FILE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    copy = folder / "reference.yaml"
    copy.write_text(text.replace(old, new), encoding="utf-8")
    return copy
