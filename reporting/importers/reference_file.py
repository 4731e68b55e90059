"""Reading `reference.yaml` and checking its structure; the first error is raised as ImportRefused."""

from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from foundation.text.unknown_words import unknown_field, unknown_section
from reporting.importers.results import ImportRefused

ReferenceEntry = dict[str, Any]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Required and optional keys of an entry of each list.
ENTRIES = {
    "agencies": ("code acronym name", "headquarters site"),
    "constituents": ("code acronym name", "headquarters site"),
    "former_names": ("agency acronym name until source", ""),
    "chairs": ("agency starts ends confirmed", ""),
    "agenda": ("number title", ""),
    "frameworks": ("code title", "symbol adopted base"),
    "passages": ("framework point strength paragraph quote", ""),
    "events": ("title starts", "ends place"),
    "workgroups": ("slug kind title role leads", ""),
    "work_plans": ("slug title starts ends", "acronym"),
    "recommendations": ("code level text", "agenda_points parts"),
    "parts": ("code text", "agenda_points"),
    "stakeholders": ("name kind", "acronym"),
}
LISTS = {"leads", "agenda_points", "parts"}
# `group` is the text of the pages about the group, which is not stored in a table.
SECTIONS = {"group", "convergence", "statements", "stakeholder_kinds", *ENTRIES} - {"parts"}
OPTIONAL_SECTIONS = {"former_names"}


class ReferenceFile:
    """The parsed file. Its sections are checked at once, their entries when they are read."""

    def __init__(self, path: Path):
        content = parse(path)
        if not isinstance(content, dict):
            raise ImportRefused(
                _("The file has no sections; it needs %(sections)s.") % {"sections": join_names(SECTIONS)}
            )
        if unknown := sorted(set(map(str, content)) - SECTIONS):
            raise ImportRefused(*(unknown_section(name, sorted(SECTIONS)) for name in unknown))
        if missing := SECTIONS - OPTIONAL_SECTIONS - set(content):
            raise ImportRefused(_("The section %(missing)s is missing.") % {"missing": join_names(missing)})
        if content["convergence"] != "all":
            raise ImportRefused(_("convergence: only ‘all’ is understood: every framework ticked on every point."))
        self.content = content

    def entries(self, section: str) -> list[ReferenceEntry]:
        if section in OPTIONAL_SECTIONS and self.content.get(section) is None:
            return []
        return entries(section, self.content[section])

    def constituents(self) -> dict[str, list[ReferenceEntry]]:
        """Return the constituents by the code of their member agency."""
        groups = mapping("constituents", self.content["constituents"])
        return {code: entries("constituents", members) for code, members in groups.items()}

    def statements(self) -> dict[str, list[str]]:
        """Return the statements of each section, in order."""
        sections = mapping("statements", self.content["statements"])
        return {section: scalars(f"statements, {section}", lines) for section, lines in sections.items()}

    def stakeholder_kinds(self) -> list[str]:
        return scalars("stakeholder_kinds", self.content["stakeholder_kinds"])


def parse(path: Path) -> Any:
    """Parse the YAML of a file; raise ImportRefused with the position if it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=LOADER)  # noqa: S506 (both are safe)
    except OSError as error:
        reason = error.strerror
    except UnicodeDecodeError:
        reason = _("it is not UTF-8")
    except (yaml.YAMLError, ValueError) as error:
        reason = _("it is not YAML: %(error)s") % {"error": " ".join(str(error).split())}
    raise ImportRefused(_("%(file)s cannot be read: %(reason)s.") % {"file": path, "reason": reason})


def entries(section: str, items: Any, shape: str = "") -> list[ReferenceEntry]:
    """Check a list of entries with the keys that `ENTRIES` has for this section, or for `shape`, and return it."""
    if not isinstance(items, list):
        raise ImportRefused(_("%(section)s: a list of entries is expected here.") % {"section": section})
    for number, entry in enumerate(items, start=1):
        where = _("%(section)s, entry %(number)d") % {"section": section, "number": number}
        check_keys(shape or section, where, entry)
        check_values(where, entry)
    return items


def check_keys(shape: str, where: str, entry: Any) -> None:
    required, optional = (set(params.split()) for params in ENTRIES[shape])
    if not isinstance(entry, dict):
        raise ImportRefused(_("%(where)s: it must have %(keys)s.") % {"where": where, "keys": join_names(required)})
    if unknown := sorted(set(map(str, entry)) - required - optional):
        allowed = sorted(required | optional)
        raise ImportRefused(*(f"{where}: {unknown_field(name, allowed)}" for name in unknown))
    if missing := required - {key for key, value in entry.items() if value is not None}:
        raise ImportRefused(_("%(where)s: %(missing)s is missing.") % {"where": where, "missing": join_names(missing)})


def check_values(where: str, entry: ReferenceEntry) -> None:
    for key, value in entry.items():
        place = f"{where}, {key}"
        if key == "parts":
            entries(place, value, "parts")
        else:
            scalars(place, value if key in LISTS else [value or ""])


def mapping(section: str, groups: Any) -> dict[str, Any]:
    if not isinstance(groups, dict):
        raise ImportRefused(_("%(section)s: lists under names are expected here.") % {"section": section})
    return {str(name): value for name, value in groups.items()}


def scalars(where: str, values: Any) -> list[Any]:
    """Check a list of plain values (texts, numbers, dates) and return it."""
    if not isinstance(values, list):
        raise ImportRefused(_("%(where)s: a list is expected here.") % {"where": where})
    if any(isinstance(value, dict | list | None) for value in values):
        raise ImportRefused(_("%(where)s: a plain value is expected here.") % {"where": where})
    return values


def join_names(params: set[str]) -> str:
    return ", ".join(sorted(params))
