"""The succession of commitments: chains of successors, which must not be circular."""

from typing import TYPE_CHECKING

from commitments.choices import Status

if TYPE_CHECKING:
    from commitments.models import Commitment


def chain_from(commitment: "Commitment") -> list["Commitment"]:
    """Return the successor of a commitment, the successor of that, and so on; one query each."""
    rows: list[Commitment] = []
    visited = {commitment.pk}
    while commitment.status == Status.SUPERSEDED and commitment.superseded_by_id not in visited:
        commitment = type(commitment).objects.defer("search").get(pk=commitment.superseded_by_id)
        visited.add(commitment.pk)
        rows.append(commitment)
    return rows
