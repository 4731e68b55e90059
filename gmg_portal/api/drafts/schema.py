"""Description of every operation with a token: its parameters, bodies and answers."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from gmg_portal.api.drafts.problem_examples import PROBLEMS
from gmg_portal.api.drafts.serializers import (
    DraftChangesSerializer,
    DraftListSerializer,
    DraftSerializer,
    NewDraftSerializer,
    NewEvidenceSerializer,
    NewFileSerializer,
    SubmissionProblemSerializer,
)
from gmg_portal.api.openapi.problems import problem_responses

TAG = "Submission"
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
REPLAYED = _header("Idempotency-Replayed", _("'true' where an earlier answer is given again."), [200, 201])
ETAG = _header("ETag", _("The version of the report, to be sent back as If-Match."), [200, 201])
LOCATION = _header("Location", _("The address of the report."), [201])
HEADERS_OF_ALL = [
    _header("Retry-After", _("Seconds to wait before asking again."), [429, 503, 507], int),
    _header("WWW-Authenticate", _("How to show who one is (RFC 6750)."), [401]),
]

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
    described = {status: OpenApiResponse(*response) for status, response in successes.items()}
    return described | problem_responses(
        SubmissionProblemSerializer, {status: PROBLEMS[status] for status in sorted(statuses)}
    )


def _without(statuses: tuple[int, ...], *left_out: int) -> list[int]:
    return [status for status in statuses if status not in left_out]


REPORT = {200: (DraftSerializer, _("The report as it stands."))}
OPERATIONS = {
    "list_drafts": {
        "summary": _("List the open reports"),
        "description": _("What is expected of the agency, begun, sent off, or sent back with the reviewer's note."),
        "responses": _responses({200: (DraftListSerializer, _("All of them."))}, *_without(READS, 404)),
    },
    "create_draft": {
        "summary": _("Begin a report"),
        "description": _(
            "Begins a report, or fills in the one that a cycle expects (200) and nobody has begun. Where a report on"
            " the same commitment and cycle is open, a second is refused with 409, which names the first."
        ),
        "parameters": [KEY, ETAG, LOCATION, REPLAYED],
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
        "parameters": [CODE, ETAG],
        "responses": _responses(REPORT, *READS),
    },
    "update_draft": {
        "summary": _("Change a report"),
        "description": _(
            "Changes the fields that are sent; a change of nothing leaves the version as it is. Over somebody else's"
            " change nothing is written: 412."
        ),
        "parameters": [CODE, _match(True), ETAG],
        "request": DraftChangesSerializer,
        "examples": [OpenApiExample("Some fields", {"barriers": "Funds came late."}, request_only=True)],
        "responses": _responses(REPORT, *WRITES, 412, 428),
    },
    "submit_draft": {
        "summary": _("Send a report to the reviewers"),
        "description": _("What is missing is told by field (422). Whoever made the token can never publish it."),
        "parameters": [CODE, KEY, _match(False), ETAG, REPLAYED],
        "request": {"application/json": {"type": "object", "additionalProperties": False}},
        "examples": [OpenApiExample("Nothing", {}, request_only=True)],
        "responses": _responses({200: (DraftSerializer, _("The report, submitted."))}, *WRITES, 412),
    },
    "add_evidence": {
        "summary": _("Add a piece of evidence"),
        "description": _("A link or a document symbol as JSON; a file as multipart/form-data, checked by its content."),
        "parameters": [CODE, KEY, ETAG, LOCATION, REPLAYED],
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
        "parameters": [CODE, PIECE],
        "request": None,
        "responses": _responses({204: (None, _("It is removed."))}, *_without(WRITES, 415, 422)),
    },
}


def describe_operations(**operations: str) -> Callable:
    """Describe the methods of a view by the names of their operations."""
    return extend_schema_view(**{method: _describe(name, **OPERATIONS[name]) for method, name in operations.items()})


def _describe(name: str, *, parameters: Iterable[OpenApiParameter] = (), **options) -> Callable:
    return extend_schema(operation_id=name, tags=[TAG], parameters=[*parameters, *HEADERS_OF_ALL], **options)
