"""Description of every operation with a token: its parameters, bodies and answers."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from foundation.rest.problem_details import MEDIA_TYPE
from gmg_portal.api.drafts.problem_examples import problem_example
from gmg_portal.api.drafts.serializers import (
    DraftChangesSerializer,
    DraftListSerializer,
    DraftSerializer,
    NewDraftSerializer,
    NewEvidenceSerializer,
    NewFileSerializer,
    SubmissionProblemSerializer,
)

TAG = "Submission"
PROBLEMS = {
    400: _("A header or a word of the address is not what it has to be, or the body cannot be read."),
    401: _("No token was sent, or it is unknown, expired or revoked."),
    403: _("The token is for less than this."),
    404: _("The agency has nothing at this address; drafts of others are not told apart from none."),
    405: _("The address was asked with another method than those that Allow names."),
    406: _("None of the types that Accept names is answered here."),
    409: _("The report is in a state that does not allow this, or was begun already: ‘existing’ is its address then."),
    412: _("Somebody changed the report since it was read: who, when and what is told, and nothing was overwritten."),
    413: _("The body or the file is larger than is taken."),
    414: _("The question has more than 8,000 characters or 300 words."),
    415: _("The body is of a type that is not taken here."),
    422: _("A field is refused, with what it takes; or the Idempotency-Key was sent with another request."),
    428: _("The version that is changed was not told (If-Match)."),
    429: _("Too many requests from one address."),
    500: _("Something went wrong here; nothing was done."),
    503: _("The record cannot be reached at the moment; nothing was done."),
    507: _("The disk is full: nothing of the request was saved. Send it again later."),
}
READS = (400, 401, 403, 404, 405, 406, 414, 429, 500, 503)
WRITES = (400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 429, 500, 503)

KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 202, "pattern": r'^("[!#-\[\]-~]{1,200}"|[!#-\[\]-~]{1,200})$'},
    "header",
    required=True,
    description=_(
        "A key of your own for this deed, such as a UUID. Sent again with it within 24 hours, the request is answered"
        " alike and does nothing twice; a refused request may be mended and sent again with it."
    ),
    examples=[OpenApiExample("A UUID", '"8e03978e-40d5-43dd-bc93-6894a57f9324"')],
)


def _match(required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        "If-Match",
        {"type": "string", "pattern": r'^(\*|(W/)?"v\d{1,9}\.\d{1,18}")$'},
        "header",
        required=required,
        description=_(
            "The version of the report that was read, in quotes, as its ETag has it, also if that is weak (W/), as in"
            " compressed answers. An asterisk (*) stands for whatever version there is."
        ),
        examples=[OpenApiExample("A version", '"v3.1217"')],
    )


def _header(name: str, description: str, statuses: list[int], type_: type = str) -> OpenApiParameter:
    return OpenApiParameter(name, type_, "header", response=statuses, description=description)


CODE = OpenApiParameter(
    "code", {"type": "string", "format": "uuid"}, "path", required=True, description=_("The code of the report.")
)
PIECE = OpenApiParameter(
    "piece", {"type": "string", "format": "uuid"}, "path", required=True, description=_("The code of the evidence.")
)
RETRY = _header("Retry-After", _("Seconds to wait before asking again."), [429, 503, 507], int)
CHALLENGE = _header("WWW-Authenticate", _("How to show who one is (RFC 6750)."), [401])
REPLAYED = _header("Idempotency-Replayed", _("'true' where an earlier answer is given again."), [200, 201])
ETAG = _header("ETag", _("The version of the report, to be sent back as If-Match."), [200, 201])
LOCATION = _header("Location", _("The address of the report."), [201])

EXAMPLE = {
    "commitment": "HLD-0001",
    "period_start": "2014-01-01",
    "period_end": "2014-06-30",
    "status": "in_progress",
    "outlook": "on_track",
    "achieved": "The first courses were held in Accra.",
    "next_steps": "Courses in two more countries by the end of the year.",
}


def _responses(successes: dict, *statuses: int) -> dict:
    errors = {
        (status, MEDIA_TYPE): OpenApiResponse(SubmissionProblemSerializer, PROBLEMS[status], [problem_example(status)])
        for status in sorted(statuses)
    }
    return {**{status: OpenApiResponse(*response) for status, response in successes.items()}, **errors}


def _without(statuses: tuple[int, ...], *left_out: int) -> list[int]:
    return [status for status in statuses if status not in left_out]


REPORT = {200: (DraftSerializer, _("The report as it stands."))}
OPERATIONS = {
    "list_drafts": {
        "summary": _("List the open reports"),
        "description": _("What is expected of the agency, begun, sent off, or sent back with the reviewer's note."),
        "parameters": [RETRY, CHALLENGE],
        "responses": _responses({200: (DraftListSerializer, _("All of them."))}, *_without(READS, 404)),
    },
    "create_draft": {
        "summary": _("Begin a report"),
        "description": _(
            "Begins a report, or fills in the one that a cycle expects (200) and nobody has begun. Where a report on"
            " the same commitment and cycle is open, a second is refused with 409, which names the first."
        ),
        "parameters": [KEY, ETAG, LOCATION, REPLAYED, RETRY, CHALLENGE],
        "request": NewDraftSerializer,
        "examples": [OpenApiExample("A report", EXAMPLE, request_only=True)],
        "responses": _responses(
            {
                200: (DraftSerializer, _("The report that a cycle expected, now begun.")),
                201: (DraftSerializer, _("A report that no cycle asked for.")),
            },
            *_without(WRITES, 404),
        ),
    },
    "get_draft": {
        "summary": _("Read one report"),
        "description": _("A report of the agency by its code, to its publication and beyond."),
        "parameters": [CODE, ETAG, RETRY, CHALLENGE],
        "responses": _responses(REPORT, *READS),
    },
    "update_draft": {
        "summary": _("Change a report"),
        "description": _(
            "Changes the fields that are sent; a change of nothing leaves the version as it is. Over somebody else's"
            " change nothing is written: 412."
        ),
        "parameters": [CODE, _match(True), ETAG, RETRY, CHALLENGE],
        "request": DraftChangesSerializer,
        "examples": [OpenApiExample("Some fields", {"barriers": "Funds came late."}, request_only=True)],
        "responses": _responses(REPORT, *WRITES, 412, 428),
    },
    "submit_draft": {
        "summary": _("Send a report to the reviewers"),
        "description": _("What is missing is told by field (422). Whoever made the token can never publish it."),
        "parameters": [CODE, KEY, _match(False), ETAG, REPLAYED, RETRY, CHALLENGE],
        "request": {"application/json": {"type": "object", "additionalProperties": False}},
        "examples": [OpenApiExample("Nothing", {}, request_only=True)],
        "responses": _responses({200: (DraftSerializer, _("The report, submitted."))}, *WRITES, 412),
    },
    "add_evidence": {
        "summary": _("Add a piece of evidence"),
        "description": _("A link or a document symbol as JSON; a file as multipart/form-data, checked by its content."),
        "parameters": [CODE, KEY, ETAG, LOCATION, REPLAYED, RETRY, CHALLENGE],
        "request": {"application/json": NewEvidenceSerializer, "multipart/form-data": NewFileSerializer},
        "examples": [
            OpenApiExample(
                "A link",
                {"kind": "publication", "title": "Course report", "url": "https://example.org/report"},
                request_only=True,
                media_type="application/json",
            )
        ],
        "responses": _responses({201: (DraftSerializer, _("The report with its evidence."))}, *WRITES, 507),
    },
    "remove_evidence": {
        "summary": _("Remove a piece of evidence"),
        "description": _("Takes a link, symbol or file out of a draft."),
        "parameters": [CODE, PIECE, RETRY, CHALLENGE],
        "request": None,
        "responses": _responses({204: (None, _("It is removed."))}, *_without(WRITES, 415, 422)),
    },
}


def describe_operations(**operations: str) -> Callable:
    """Describe the methods of a view by the names of their operations."""
    return extend_schema_view(
        **{
            method: extend_schema(operation_id=name, tags=[TAG], **OPERATIONS[name])
            for method, name in operations.items()
        }
    )
