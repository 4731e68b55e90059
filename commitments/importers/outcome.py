"""What a load did, or why it did nothing."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _


class Refused(Exception):
    """The file was not loaded; `problems` are sentences, one for each thing to mend."""

    def __init__(self, *problems: str):
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass
class Tally:
    """How many rows of one kind a load added, updated, kept as they were, and left alone because an editor has them."""

    name: str
    added: int = 0
    updated: int = 0
    kept: int = 0
    left: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        numbers = {
            "name": self.name,
            "added": self.added,
            "updated": self.updated,
            "kept": self.kept,
            "left": len(self.left),
        }
        lines = [_("%(name)s: %(added)d added, %(updated)d updated, %(kept)d kept, %(left)d left.") % numbers]
        if self.left:
            lines.append(_("  Left as somebody edited them here: %(rows)s.") % {"rows": "; ".join(self.left)})
        return lines
