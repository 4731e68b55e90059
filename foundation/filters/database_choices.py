"""Choices of filters that are read from the database: chained, cached, and with short labels."""

from collections.abc import Callable, Iterable

from django.utils.choices import CallableChoiceIterator
from django.utils.functional import cached_property

Choices = Iterable[tuple[str, str]]


class LabelWithName(str):
    """The short label of a choice, which also carries its full name."""

    name: str

    def __new__(cls, label: str, name: str):
        instance = super().__new__(cls, label)
        instance.name = name
        return instance


class ChainedChoices:
    """A callable that returns the choices of several callables, one after the other."""

    def __init__(self, *parts: Callable[[], Choices]):
        self.parts = parts

    def __call__(self) -> Choices:
        return [choice for part in self.parts for choice in part()]


class CachedChoices(CallableChoiceIterator):
    """Choices from the database, read at first use and cached for all fields of a form."""

    def __init__(self, func: Callable[[], Choices], read: Callable[[Callable[[], Choices]], Choices]):
        super().__init__(func)
        self.read = read

    @cached_property
    def cached(self) -> list[tuple[str, str]]:
        parts = getattr(self.func, "parts", (self.func,))
        return [choice for part in parts for choice in self.read(part)]

    def __iter__(self):
        return iter(self.cached)
