"""The context of a page of the editor area: the request, the table, the row, and what this user may do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self, TypeVar

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AbstractUser
from django.db.models import Model, QuerySet
from django.db.models.options import Options
from django.http import HttpRequest
from django.urls import reverse

from commitments.models import Commitment

Answer = TypeVar("Answer")


class AdminTable(Protocol):
    """What a page needs of its table, a `ModelAdmin` that serves each request by a copy of its own."""

    admin_site: AdminSite
    model: type[Model]
    opts: Options
    page: EditorContext | None

    def for_request(self, request: HttpRequest) -> Self:
        """Return the copy of this table that serves the request, with its context."""

    def get_object(self, request: HttpRequest, object_id: str) -> Model | None:
        """Return the row with this key, if the user's list has it."""

    def message_user(self, request: HttpRequest, message: str, level: str) -> None:
        """Show a message on the next page."""


@dataclass(frozen=True)
class EditorContext:
    """A request for a page of one table, with the row that the page is about, if it is about one.

    It is built once a request. `table` is the request's own copy of the registered table (`for_request`), through which
    Django's hooks of a table reach this context.
    """

    request: HttpRequest
    table: AdminTable
    row: Model | None = None
    is_past: bool = False  # the page shows an earlier version of the row
    closed_row: int | None = None  # the key of a row that was submitted or published while its form was open
    answers: dict[tuple, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def user(self) -> AbstractUser:
        return self.request.user

    @property
    def site(self) -> AdminSite:
        return self.table.admin_site

    @property
    def model(self) -> type[Model]:
        return self.table.model

    @property
    def opts(self) -> Options:
        return self.table.opts

    @property
    def commitment(self) -> Commitment:
        """Return the commitment that the row is or belongs to."""
        return self.row if isinstance(self.row, Commitment) else self.row.commitment

    @property
    def is_saved(self) -> bool:
        """Return whether the page is about a row of the database."""
        return self.row is not None and self.row.pk is not None

    def about(self, row: Model | None) -> Self:
        """Return the context of a page about this row; it shares the answers of this one."""
        return replace(self, row=row)

    def once(self, key: tuple, answer: Callable[[], Answer]) -> Answer:
        """Return the answer under this key, which is looked up once a request."""
        if key not in self.answers:
            self.answers[key] = answer()
        return self.answers[key]

    # What is allowed

    def allows(self, predicate: Callable[[AbstractUser], bool]) -> bool:
        """Return whether the permission holds for the user."""
        return self.site.allows(self.request, predicate)

    def contains(self, rows: Callable[[AbstractUser], QuerySet]) -> bool:
        """Return whether the queryset that `rows` returns for the user contains the row."""
        key = ("contains", rows.__name__, self.model, self.row.pk)
        return self.once(key, lambda: rows(self.user).filter(pk=self.row.pk).exists())

    @property
    def was_closed_meanwhile(self) -> bool:
        """Return whether the row was submitted or published while its form was open."""
        return self.is_saved and self.closed_row == self.row.pk

    # Links and what pages show

    def url_name(self, page: str) -> str:
        """Return the name of a page of the table, for `reverse` and `redirect`."""
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def url(self, page: str, *args: object, **kwargs: object) -> str:
        """Return the address of a page of the table."""
        return reverse(self.url_name(page), args=args or None, kwargs=kwargs or None)

    def row_url(self, page: str) -> str:
        """Return the address of a page about the row."""
        return self.url(page, self.row.pk)

    def show_message(self, text: str, level: str = "INFO") -> None:
        """Show a message on the next page."""
        self.table.message_user(self.request, text, level)

    def page_context(self, title: str, **more: object) -> dict[str, Any]:
        """Return the template context of a page with this title; `original` is the row."""
        return {
            **self.site.each_context(self.request),
            "opts": self.opts,
            "original": self.row,
            "title": title,
            **more,
        }


@dataclass(frozen=True)
class FormPage:
    """The form of a row and its inline rows, before they are rendered."""

    form: forms.ModelForm
    formsets: list[forms.BaseInlineFormSet]
    is_new: bool  # the row does not exist yet
