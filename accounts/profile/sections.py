"""Sections that apps above add to the profile page: each registers a function of the person when the portal starts."""

from collections.abc import Callable
from typing import Any

from accounts.models import User

_sections: dict[str, Callable[[Any], Any]] = {}


def add_to_profile(name: str, value: Callable[[Any], Any]) -> None:
    """Give the profile page the variable `name`, which is `value` of the person."""
    _sections[name] = value


def profile_context(user: User) -> dict[str, Any]:
    """Return the variables that apps above give the profile page of a person."""
    return {name: value(user) for name, value in _sections.items()}
