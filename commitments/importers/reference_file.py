"""Reading `reference.yaml`: what may stand in it, and the first thing that may not, as a sentence."""

from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from commitments.importers.outcome import Refused

Entry = dict[str, Any]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What an entry of each list must have, and what it may have.
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
# `group` is what the pages about the group say; no table holds it.
SECTIONS = {"group", "convergence", "statements", "stakeholder_kinds", *ENTRIES} - {"parts"}
OPTIONAL_SECTIONS = {"former_names"}


class Document:
    """The file, its outer shape checked; an entry is checked when its list is asked for."""

    def __init__(self, path: Path):
        content = parse(path)
        if not isinstance(content, dict):
            raise Refused(_("The file has no sections; it needs %(sections)s.") % {"sections": said(SECTIONS)})
        if unknown := set(map(str, content)) - SECTIONS:
            words = {"unknown": said(unknown), "allowed": said(SECTIONS)}
            raise Refused(_("The section %(unknown)s is not known; allowed: %(allowed)s.") % words)
        if missing := SECTIONS - OPTIONAL_SECTIONS - set(content):
            raise Refused(_("The section %(missing)s is missing.") % {"missing": said(missing)})
        if content["convergence"] != "all":
            raise Refused(_("convergence: only ‘all’ is understood: every framework ticked on every point."))
        self.content = content

    def entries(self, section: str) -> list[Entry]:
        if section in OPTIONAL_SECTIONS and self.content.get(section) is None:
            return []
        return entries(section, self.content[section])

    def constituents(self) -> dict[str, list[Entry]]:
        """The constituents by the code of the agency under whose membership they stand."""
        groups = mapping("constituents", self.content["constituents"])
        return {code: entries("constituents", members) for code, members in groups.items()}

    def statements(self) -> dict[str, list[str]]:
        """The lines of each section of the presentation, in their order."""
        sections = mapping("statements", self.content["statements"])
        return {section: scalars(f"statements, {section}", lines) for section, lines in sections.items()}

    def stakeholder_kinds(self) -> list[str]:
        return scalars("stakeholder_kinds", self.content["stakeholder_kinds"])


def parse(path: Path) -> Any:
    """The YAML of a file; what cannot be read is refused with the place."""
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=LOADER)  # noqa: S506 (both are safe)
    except OSError as error:
        reason = error.strerror
    except UnicodeDecodeError:
        reason = _("it is not UTF-8")
    except (yaml.YAMLError, ValueError) as error:
        reason = _("it is not YAML: %(error)s") % {"error": " ".join(str(error).split())}
    raise Refused(_("%(file)s cannot be read: %(reason)s.") % {"file": path, "reason": reason})


def entries(section: str, given: Any, shape: str = "") -> list[Entry]:
    """A list of entries with the keys that `ENTRIES` names for this section, or for another shape."""
    if not isinstance(given, list):
        raise Refused(_("%(section)s: a list of entries is expected here.") % {"section": section})
    for number, entry in enumerate(given, start=1):
        where = _("%(section)s, entry %(number)d") % {"section": section, "number": number}
        check_keys(shape or section, where, entry)
        check_values(where, entry)
    return given


def check_keys(shape: str, where: str, entry: Any) -> None:
    required, optional = (set(words.split()) for words in ENTRIES[shape])
    if not isinstance(entry, dict):
        raise Refused(_("%(where)s: it must have %(keys)s.") % {"where": where, "keys": said(required)})
    if unknown := set(map(str, entry)) - required - optional:
        words = {"where": where, "unknown": said(unknown), "allowed": said(required | optional)}
        raise Refused(_("%(where)s: %(unknown)s is not known here; allowed: %(allowed)s.") % words)
    if missing := required - {key for key, value in entry.items() if value is not None}:
        raise Refused(_("%(where)s: %(missing)s is missing.") % {"where": where, "missing": said(missing)})


def check_values(where: str, entry: Entry) -> None:
    for key, value in entry.items():
        place = f"{where}, {key}"
        if key == "parts":
            entries(place, value, "parts")
        else:
            scalars(place, value if key in LISTS else [value or ""])


def mapping(section: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Refused(_("%(section)s: lists under names are expected here.") % {"section": section})
    return {str(name): value for name, value in given.items()}


def scalars(where: str, given: Any) -> list[Any]:
    """A list of plain values: texts, numbers, days."""
    if not isinstance(given, list):
        raise Refused(_("%(where)s: a list is expected here.") % {"where": where})
    if any(isinstance(value, dict | list | None) for value in given):
        raise Refused(_("%(where)s: a plain value is expected here.") % {"where": where})
    return given


def said(words: set[str]) -> str:
    return ", ".join(sorted(words))
