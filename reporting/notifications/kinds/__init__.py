"""The kinds of notifications: one class for each value of `reporting.choices.NotificationKind`.

A class says who receives a notification, how long it stays relevant, whether it is essential and how a mail shows it.
`docs/extending.md` says how to add one. A value without a class raises LookupError when this package is imported.
"""

from collections.abc import Mapping

from reporting.choices import NotificationKind
from reporting.notifications.kinds import corrections, cycles, review  # noqa: F401 – registers the kinds
from reporting.notifications.kinds.base import REGISTRY, Kind


def complete_registry(registry: Mapping[NotificationKind, Kind]) -> dict[NotificationKind, Kind]:
    """Return the kinds in the order of their values, the most urgent first; raise LookupError if one is missing."""
    missing = [value for value in NotificationKind if value not in registry]
    if missing:
        raise LookupError(f"No class in reporting.notifications.kinds has the value: {', '.join(missing)}.")
    return {value: registry[value] for value in NotificationKind}


KINDS = complete_registry(REGISTRY)
