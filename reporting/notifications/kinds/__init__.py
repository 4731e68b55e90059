"""The kinds of notifications: one class for each value of `reporting.choices.NotificationKind`.

A class says who receives a notification, how long it stays relevant, whether it is essential and how a mail shows it.
`docs/extending.md` says how to add one. This package imports all its modules, which registers their classes. A value
without a class raises LookupError.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from reporting.choices import NotificationKind
from reporting.notifications.kinds.base import REGISTRY, Kind

for module in iter_modules(__path__, f"{__name__}."):
    import_module(module.name)


def complete_registry(registry: Mapping[NotificationKind, Kind]) -> dict[NotificationKind, Kind]:
    """Return the kinds in the order of their values, the most urgent first; raise LookupError if one is missing."""
    missing = [value for value in NotificationKind if value not in registry]
    if missing:
        names = ", ".join(missing)
        raise LookupError(f"No class in reporting.notifications.kinds has the value: {names}. Add one with @register.")
    return {value: registry[value] for value in NotificationKind}


KINDS = complete_registry(REGISTRY)
