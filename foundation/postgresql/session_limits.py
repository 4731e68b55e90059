"""How long a statement, a wait for a lock and a pause within a transaction may take in the database.

Each new connection gets the limits of `settings.DATABASE_LIMITS` by SET. They are no options of the start of a
connection, which poolers such as pgbouncer refuse. Commands run without limits; a request that needs longer asks for
its own by `statement_limit()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connection
from psycopg2 import errors

# Under a server that answers requests the limits hold; every other command may take as long as it needs.
SERVING_COMMANDS = frozenset({"runserver"})
STOPPED = (
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.IdleInTransactionSessionTimeout,
)

_are_lifted = False


def lift_limits(arguments: list[str]) -> None:
    """Let a command, named by the arguments of `manage.py`, take as long as it needs."""
    global _are_lifted
    _are_lifted = not SERVING_COMMANDS.intersection(arguments[1:2])


def prepare_session(connection, **_kwargs) -> None:
    """Receive each new connection: set its limits, and leave out PostgreSQL's JIT, which takes longer than queries."""
    values = {"jit": "off"} | ({} if _are_lifted else settings.DATABASE_LIMITS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(['set_config(%s, %s, false)'] * len(values))}",
            [text for pair in values.items() for text in pair],
        )


@contextmanager
def statement_limit(limit: str) -> Iterator[None]:
    """Give the statements of the block a limit of their own, such as '1s'; '0' is none.

    A block that fails within a transaction takes the limit back with the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, false)", [limit]
        )
        before, _limit = cursor.fetchone()
    try:
        yield
    except BaseException:
        if not connection.in_atomic_block and connection.connection is not None and not connection.connection.closed:
            _set_limit(before)
        raise
    else:
        _set_limit(before)


def was_stopped(error: Exception | None) -> bool:
    """Whether the database ended a statement because it took too long, or stood in the way of another."""
    return isinstance(getattr(error, "__cause__", None), STOPPED)


def is_outage(error: Exception | None) -> bool:
    """Whether the database cannot be reached, or ended what it was asked."""
    return (
        isinstance(error, (OperationalError, InterfaceError)) or isinstance(error, InternalError) and was_stopped(error)
    )


def _set_limit(limit: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [limit])
