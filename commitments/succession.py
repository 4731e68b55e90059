"""Which commitment takes the place of which: a chain of successors never leads back to where it began."""

from django.utils.translation import gettext as _

from commitments.models import Commitment, Status


def chain_from(commitment: Commitment) -> list[Commitment]:
    """Return what takes the place of a commitment, then what takes the place of that, to the last; one query each."""
    rows: list[Commitment] = []
    known = {commitment.pk}
    while commitment.status == Status.SUPERSEDED and commitment.superseded_by_id not in known:
        commitment = Commitment.objects.defer("search").get(pk=commitment.superseded_by_id)
        known.add(commitment.pk)
        rows.append(commitment)
    return rows


def problem_of_successor(status: str, commitment: Commitment | None, successor: Commitment | None) -> str:
    """Return what is wrong with the successor that a report names, as a sentence; '' if nothing is.

    A report that has no status yet may name one. Whether the successor is published is for the caller to ask.
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
