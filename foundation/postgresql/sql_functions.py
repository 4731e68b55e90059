"""SQL functions that are declared in code, and the migration step that installs one.

An app declares its functions in a module `sql_functions`. A migration holds a copy of each, as it holds copies of
models and triggers, so that old migrations go on working when a function changes. A test compares the functions in the
database with those declared: it demands a migration for each change.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module

from django.apps import apps
from django.db.migrations.operations.base import Operation
from django.utils.module_loading import module_has_submodule


@dataclass(frozen=True)
class SQLFunction:
    """A function of the database.

    `body` is what stands between the dollar quotes, or an expression after RETURN, which PostgreSQL parses at once.
    `behaviour` holds volatility, strictness and parallel safety.
    """

    name: str
    arguments: str
    returns: str
    body: str
    language: str = "plpgsql"
    behaviour: str = "VOLATILE"

    def deconstruct(self) -> tuple[str, list, dict[str, str]]:
        """Return a copy for a migration."""
        return f"{self.__module__}.{self.__class__.__name__}", [], asdict(self)

    @property
    def signature(self) -> str:
        return f"{self.name}({self.arguments})"

    @property
    def create_sql(self) -> str:
        body = self.body if self.body.startswith("RETURN ") else f"AS $${self.body}$$"
        return (
            f"CREATE OR REPLACE FUNCTION {self.signature} RETURNS {self.returns}"
            f" LANGUAGE {self.language} {self.behaviour} {body}"
        )

    @property
    def drop_sql(self) -> str:
        return f"DROP FUNCTION {self.name}"


class InstallFunction(Operation):
    """Create a function in a migration, or replace the `former` one of the same name."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, function: SQLFunction, former: SQLFunction | None = None):
        self.function = function
        self.former = former

    def deconstruct(self):
        return self.__class__.__name__, [self.function, *([self.former] if self.former else [])], {}

    def state_forwards(self, app_label, state):
        """Change no model."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self._replace(schema_editor, self.former, self.function)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self._replace(schema_editor, self.function, self.former)

    def describe(self):
        return f"Install the function {self.function.name}"

    def _replace(self, schema_editor, former: SQLFunction | None, function: SQLFunction | None) -> None:
        # PostgreSQL replaces a function only under the same arguments and result.
        if former and (function is None or _interface(former) != _interface(function)):
            schema_editor.execute(former.drop_sql, params=None)
        if function:
            schema_editor.execute(function.create_sql, params=None)


def declared_functions() -> Iterator[SQLFunction]:
    """Yield all functions that the installed apps declare in their modules `sql_functions`."""
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "sql_functions"):
            declarations = vars(import_module(f"{config.name}.sql_functions")).values()
            yield from (value for value in declarations if isinstance(value, SQLFunction))


def _interface(function: SQLFunction) -> tuple[str, str]:
    return function.signature, function.returns
