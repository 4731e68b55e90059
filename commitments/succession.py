"""The succession of commitments: chains of successors, which must not be circular."""

from django.utils.translation import gettext as _

from commitments.models import Commitment, Status


def chain_from(commitment: Commitment) -> list[Commitment]:
    """Return the successor of a commitment, the successor of that, and so on; one query each."""
    rows: list[Commitment] = []
    visited = {commitment.pk}
    while commitment.status == Status.SUPERSEDED and commitment.superseded_by_id not in visited:
        commitment = Commitment.objects.defer("search").get(pk=commitment.superseded_by_id)
        visited.add(commitment.pk)
        rows.append(commitment)
    return rows


def successor_error(status: str, commitment: Commitment | None, successor: Commitment | None) -> str:
    """Return the error message for the successor that a report names; '' if it is valid.

    A report without a status may name one. The caller checks that the successor is published.
    """
    if status == Status.SUPERSEDED and (successor is None or successor == commitment):
        return _("Say which other commitment takes the place of this one.")
    if successor is None or commitment is None:
        return ""
    if status not in ("", Status.SUPERSEDED):
        return _("Leave this empty: only a report of the status ‘Superseded’ names what takes the place of this one.")
    chain = [successor, *chain_from(successor)]
    if commitment not in chain:
        return ""
    references = [row.reference for row in chain[: chain.index(commitment) + 1]]
    return _(
        "%(successor)s cannot take the place of %(reference)s, which takes its place already (%(chain)s). "
        "Choose a commitment that was not superseded by this one."
    ) % {"successor": successor.reference, "reference": commitment.reference, "chain": " → ".join(references)}
