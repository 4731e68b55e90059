"""The parts of a dashboard: tasks in task lists, with texts for days, people and deadlines."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commitments.models import Commitment
from commitments.workflow import Reviewed
from foundation.clock import today

MAX_TASKS = 30
MAX_TASKS_SHORT = 8


@dataclass(frozen=True)
class Link:
    """A link of a task or list to the page where something can be done."""

    label: str
    address: str


@dataclass(frozen=True)
class Task:
    """An entry of a task list: its title, facts in words, and the action it asks for."""

    title: str
    reference: str = ""
    kind: str = ""
    facts: list[str] = field(default_factory=list)
    urgency: str = ""  # 'late' or 'soon'
    note: str = ""
    action: Link | None = None
    is_informational: bool = False  # the action only opens a page; no work is due
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True)
class TaskList:
    """Tasks of one kind. `count` includes those not shown; `empty_text` is shown instead of an empty list."""

    key: str
    title: str
    empty_text: str
    tasks: list[Task] = field(default_factory=list)
    count: int = 0
    list_link: Link | None = None

    @property
    def hidden_count(self) -> int:
        return self.count - len(self.tasks)


def task_list(
    key: str, title: str, empty_text: str, querysets: Iterable[QuerySet], make_task: Callable[..., Task]
) -> TaskList:
    """Build a list that shows the first rows of all querysets and counts the rest."""
    rows = [row for queryset in querysets for row in queryset]
    return TaskList(key, title, empty_text, [make_task(row) for row in rows[:MAX_TASKS]], len(rows))


def workflow_task(row: Reviewed, **fields: Any) -> Task:
    """Return a task named by the commitment that a row belongs to; `fields` are further fields of `Task`."""
    commitment = row if isinstance(row, Commitment) else row.commitment
    return Task(title=commitment.title, reference=commitment.reference, kind=str(row._meta.verbose_name), **fields)


def change_page(row: Reviewed) -> str:
    """Return the address of a row's form in the editor area."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def due_text(day: date) -> tuple[str, str]:
    """Return the time left until a deadline as a sentence, and its urgency: 'late', 'soon' or ''."""
    left = (day - today()).days
    params = {"day": format_day(day), "days": abs(left)}
    if left < 0:
        text = ngettext(
            "%(days)s day overdue (was due on %(day)s)", "%(days)s days overdue (was due on %(day)s)", -left
        )
        return text % params, "late"
    if left == 0:
        return _("due today"), "soon"
    text = ngettext("due in %(days)s day (%(day)s)", "due in %(days)s days (%(day)s)", left)
    return text % params, "soon" if left <= 14 else ""


def format_day(day: date) -> str:
    """Format a day as in '5 March 2014', without a leading zero."""
    return date_format(day)


def person_name(user: AbstractUser | None) -> str:
    """Return a person's full name, or else the user name; without a person, the portal wrote the row."""
    return (user.get_full_name() or user.username) if user else _("the portal itself")
