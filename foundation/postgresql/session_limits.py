"""Time limits of a database session: for a statement, a wait for a lock and an idle transaction.

Each new connection gets the limits of `settings.DATABASE_LIMITS` by SET, not as startup options, which poolers such as
pgbouncer refuse. Commands run without limits. A request that needs another limit uses `statement_limit()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import errors

# Commands that serve requests, and so keep the limits.
SERVING_COMMANDS = frozenset({"runserver"})
CANCELLED_ERRORS = (
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.IdleInTransactionSessionTimeout,
)

_are_disabled = False


def disable_limits(arguments: list[str]) -> None:
    """Disable the limits if the arguments of `manage.py` name a command that serves no requests."""
    global _are_disabled
    _are_disabled = not SERVING_COMMANDS.intersection(arguments[1:2])


def prepare_session(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    """Set the limits of a new connection, and disable PostgreSQL's JIT, which takes longer than our queries."""
    values = {"jit": "off"} | ({} if _are_disabled else settings.DATABASE_LIMITS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(['set_config(%s, %s, false)'] * len(values))}",
            [text for pair in values.items() for text in pair],
        )


@contextmanager
def statement_limit(limit: str) -> Iterator[None]:
    """Set the time limit for the statements of the block, such as '1s'; '0' means no limit.

    If the block fails within a transaction, the rollback restores the limit.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, false)", [limit]
        )
        previous_limit, _limit = cursor.fetchone()
    try:
        yield
    except BaseException:
        if not connection.in_atomic_block and connection.connection is not None and not connection.connection.closed:
            _set_limit(previous_limit)
        raise
    else:
        _set_limit(previous_limit)


def was_cancelled(error: Exception | None) -> bool:
    """Return whether the database cancelled a statement because of a time limit or a lock."""
    return isinstance(getattr(error, "__cause__", None), CANCELLED_ERRORS)


def is_unavailable(error: Exception | None) -> bool:
    """Return whether the database is unreachable or cancelled a statement."""
    return (
        isinstance(error, (OperationalError, InterfaceError))
        or isinstance(error, InternalError)
        and was_cancelled(error)
    )


def _set_limit(limit: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [limit])
