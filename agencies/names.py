"""The names of agencies on a past day: whoever reads an agency while such a day is asked for reads its name of then."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.apps import apps


@dataclass(frozen=True)
class Name:
    acronym: str
    name: str


class NamesOn:
    """The former names that were borne on a day, by the key of their agency; read once, when the first is needed."""

    def __init__(self, day: date):
        self.day = day

    @cached_property
    def by_agency(self) -> dict[int, Name]:
        rows = apps.get_model("agencies", "FormerName").objects.borne_on(self.day)
        return {agency: Name(acronym, name) for agency, acronym, name in rows.values_list("agency", "acronym", "name")}


_names: ContextVar[NamesOn | None] = ContextVar("names_of_agencies", default=None)


@contextmanager
def names_on(day: date | None) -> Iterator[None]:
    """Give every agency that is read inside the name that it bore on a day; None stands for the names of today."""
    outer = _names.get()
    names = outer if outer and outer.day == day else NamesOn(day) if day else None
    token = _names.set(names)
    try:
        yield
    finally:
        _names.reset(token)


def day_of_names() -> date | None:
    """Return the day of the enclosing `names_on`; None stands for today."""
    names = _names.get()
    return names.day if names else None


def former_name_of(agency: int) -> Name | None:
    """The former name that an agency bears on the day of the enclosing `names_on`, if there is one."""
    names = _names.get()
    return names.by_agency.get(agency) if names else None
