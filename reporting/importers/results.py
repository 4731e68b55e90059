"""The results of a load: a summary for each table, or the problems for which the file was refused."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _


class ImportRefused(Exception):
    """The file was not loaded; `problems` are sentences, one for each error."""

    def __init__(self, *problems: str):
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass
class ImportSummary:
    """Numbers of rows of a table that a load added, updated or left unchanged, and the names of skipped edited rows."""

    name: str
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        params = {
            "name": self.name,
            "added": self.added,
            "updated": self.updated,
            "kept": self.unchanged,
            "left": len(self.skipped),
        }
        lines = [_("%(name)s: %(added)d added, %(updated)d updated, %(kept)d kept, %(left)d left.") % params]
        if self.skipped:
            lines.append(_("  Left as somebody edited them here: %(rows)s.") % {"rows": "; ".join(self.skipped)})
        return lines
