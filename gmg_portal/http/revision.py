"""The revision of the public record: the number from which validators of answers and cache keys are built."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from gmg_portal.models import Revision


@dataclass(frozen=True)
class CurrentRevision:
    """The number of the public record's revision, and the time of its last change (None before the first one)."""

    number: int
    moved_at: datetime | None

    @classmethod
    def read(cls) -> Self:
        row = Revision.objects.values_list("number", "moved_at").first()
        return cls(*row) if row else cls(0, None)


def watch(table: str, *when: str) -> tuple[str, str]:
    """Return SQL that makes changes of a table move the revision, and SQL that undoes it. Migrations use this function.

    `when` is empty (every row is public), `("state",)` (rows whose state is published or withdrawn) or
    `(parent table, key column)` (rows whose parent is in such a state).
    """
    arguments = ", ".join(f"'{argument}'" for argument in when)
    return (
        f"""
        CREATE CONSTRAINT TRIGGER revision_moves AFTER INSERT OR UPDATE OR DELETE ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION revision_move({arguments});
        CREATE TRIGGER revision_moves_on_truncate AFTER TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION revision_move();
        """,
        f"DROP TRIGGER revision_moves ON {table}; DROP TRIGGER revision_moves_on_truncate ON {table};",
    )
