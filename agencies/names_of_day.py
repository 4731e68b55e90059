"""Names of agencies on a past day: inside `names_on(day)` every agency read has its name of that day."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.apps import apps


@dataclass(frozen=True)
class AgencyName:
    """The short and the full name of an agency."""

    acronym: str
    name: str


class FormerNamesOnDay:
    """The former names in use on a day, by primary key of the agency; read from the database once, on first use."""

    def __init__(self, day: date):
        self.day = day

    @cached_property
    def by_agency(self) -> dict[int, AgencyName]:
        rows = apps.get_model("agencies", "FormerName").objects.borne_on(self.day)
        return {
            agency: AgencyName(acronym, name) for agency, acronym, name in rows.values_list("agency", "acronym", "name")
        }


_names: ContextVar[FormerNamesOnDay | None] = ContextVar("names_of_agencies", default=None)


@contextmanager
def names_on(day: date | None) -> Iterator[None]:
    """Give every agency read in the block its name on a day; None means current names."""
    outer = _names.get()
    names = outer if outer and outer.day == day else FormerNamesOnDay(day) if day else None
    token = _names.set(names)
    try:
        yield
    finally:
        _names.reset(token)


def active_day() -> date | None:
    """Return the day of the enclosing `names_on`; None means today."""
    names = _names.get()
    return names.day if names else None


def former_name_of(agency: int) -> AgencyName | None:
    """Return the former name of an agency on the day of the enclosing `names_on`, if it had one."""
    names = _names.get()
    return names.by_agency.get(agency) if names else None
