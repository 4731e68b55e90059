"""The standings that the open transaction has noted and not yet rebuilt."""

from django.db import connection

from register.standings.models import PendingRebuild
from register.standings.triggers import REBUILDS_STANDINGS


def rebuild_pending() -> None:
    """Rebuild the standings of what the open transaction has changed, so that it can read them before it ends."""
    name = connection.ops.quote_name(REBUILDS_STANDINGS.get_pgid(PendingRebuild))
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {name} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {name} DEFERRED")
