"""Use the generated client against a live portal, and print its results. mypy checks this file before it runs."""

import json
import sys
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from portal_client import AuthenticatedClient, Client
from portal_client.api.commitments import get_commitment, list_commitments
from portal_client.api.submission import create_draft, update_draft
from portal_client.api.summary import get_summary_matrix
from portal_client.models import (
    Commitment,
    Draft,
    ListCommitmentsOrderingItem,
    Matrix,
    NewDraft,
    PaginatedCommitmentRowList,
    PatchedDraftChanges,
    Problem,
    Status,
    SubmissionProblem,
)
from portal_client.types import Unset

_script, portal, reference, secret = sys.argv
client = Client(base_url=portal)
system = AuthenticatedClient(base_url=portal, token=secret)


def titles() -> list[str]:
    page = list_commitments.sync(
        client=client,
        lead=["ilo", "iom"],
        status=[Status.IN_PROGRESS, Status.PLANNING],
        fields=["title", "lead.code"],
        ordering=[ListCommitmentsOrderingItem.VALUE_3, ListCommitmentsOrderingItem.REFERENCE],
    )
    assert isinstance(page, PaginatedCommitmentRowList), page
    return [f"{row.title} ({row.lead.code})" for row in page.results if not isinstance(row.lead, Unset)]


def row() -> str:
    commitment = get_commitment.sync(reference, client=client)
    assert isinstance(commitment, Commitment), commitment
    assert not isinstance(commitment.reports, Unset)
    return f"{commitment.title}: {', '.join(str(report.achieved) for report in commitment.reports)}"


def walk() -> list[str]:
    rows: list[str] = []
    cursor = "*"
    while cursor:
        page = list_commitments.sync(client=client, cursor=cursor, page_size=2)
        assert isinstance(page, PaginatedCommitmentRowList), page
        rows += [str(row.title) for row in page.results]
        (cursor,) = parse_qs(urlsplit(page.next_ or "").query).get("cursor", [""])
    return rows


def refusal() -> list[object]:
    problem = list_commitments.sync(client=client, lead=["imo"])
    assert isinstance(problem, Problem), problem
    assert not isinstance(problem.errors, Unset)
    return [problem.status, [[fault.parameter, fault.nearest] for fault in problem.errors]]


def total() -> int:
    matrix = get_summary_matrix.sync(client=client)
    assert isinstance(matrix, Matrix), matrix
    assert not isinstance(matrix.total, Unset)
    return matrix.total


def drafts() -> list[object]:
    """Begin a report, change it with the ETag of the answer, and have a second one refused."""
    body = NewDraft(commitment=reference, cycle=None, status=Status.IN_PROGRESS, achieved="Begun by a client.")
    begun = create_draft.sync_detailed(client=system, body=body, idempotency_key="a")
    assert isinstance(begun.parsed, Draft), begun
    assert not isinstance(begun.parsed.code, Unset)
    changed = update_draft.sync(
        begun.parsed.code, client=system, body=PatchedDraftChanges(barriers="None."), if_match=begun.headers["ETag"]
    )
    assert isinstance(changed, Draft), changed
    second = create_draft.sync_detailed(client=system, body=body, idempotency_key="b")
    assert isinstance(second.parsed, SubmissionProblem), second
    assert second.status_code == HTTPStatus.CONFLICT
    return [changed.achieved, changed.barriers, second.parsed.existing == begun.parsed.url]


print(
    json.dumps(
        {
            "titles": titles(),
            "row": row(),
            "walk": walk(),
            "refusal": refusal(),
            "total": total(),
            "drafts": drafts(),
        }
    )
)
