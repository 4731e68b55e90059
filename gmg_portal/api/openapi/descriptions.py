"""Texts of the API's description that no class holds: operations, tags, parameters, headers and meanings of values.

Fields are described by the `help_text` of their serializers; their examples are in `examples`.
tests/gmg_portal/api/test_schema.py reports missing texts and where they belong.
"""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.plumbing import deep_import_string

from commitments.public_fields import COMMITMENT
from commitments.workflow import State
from foundation.described_choices import DescribedChoices
from foundation.rest import problem_codes
from reporting.public_fields import REPORT

COMPONENTS = "#/components/schemas/"

TITLE = _("GMG HLD follow-up portal API")
DESCRIPTION = _(
    "What the Global Migration Group undertook after the 2013 High-level Dialogue on International Migration and "
    "Development, and what became of it: the public record, open to anyone, without registration or key.\n\n"
    "Every row has a permanent public identifier and the address of its page. A day whose field has a companion that "
    "ends in ‘_precision’ stands at its true precision: 2014, 2014-03 or 2014-03-05; every other day is a full day, "
    "and every moment is in UTC. A free text that is missing is empty; anything else that is missing is null.\n\n"
    "A parameter that is a list may be repeated (lead=ilo&lead=iom) or hold several values separated by commas "
    "(lead=ilo,iom). "
    "A word or value that is not known is refused with 400, naming it and what is allowed. All errors are problem "
    "details (RFC 9457). An answer holds every field that is described, unless ‘fields’ chooses some of them."
)

TAGS = {
    "agencies": _("The members of the group and their constituents."),
    "agenda-points": _("The eight points of the Secretary-General’s agenda for action (A/68/190)."),
    "frameworks": _("The documents set against the agenda: the convergence table."),
    "workgroups": _("The working groups and task forces of the group."),
    "recommendations": _("What the group recommended in February 2014, at four levels."),
    "commitments": _("The register: what was undertaken, and how it stands."),
    "reports": _("What the leads reported, as it was published."),
    "status-changes": _("The history of every status."),
    "events": _("The dated meetings of the timeline."),
    "summary": _("Counts over the whole register."),
    "Submission": _("Reports that an agency’s own systems write, with a token of the agency."),
}

# By operation id.
SUMMARIES = {
    "list_agencies": _("List the members"),
    "get_agency": _("Get one member or constituent"),
    "list_agenda_points": _("List the agenda points"),
    "get_agenda_point": _("Get one agenda point"),
    "list_frameworks": _("List the frameworks with their alignments"),
    "get_framework": _("Get one framework with its alignments"),
    "list_workgroups": _("List the work groups"),
    "get_workgroup": _("Get one work group"),
    "list_recommendations": _("List the recommendations"),
    "get_recommendation": _("Get one recommendation or part"),
    "list_commitments": _("Search the register of commitments"),
    "get_commitment": _("Get one commitment with its whole history"),
    "list_reports": _("List published reports"),
    "get_report": _("Get one published report"),
    "list_status_changes": _("List changes of status"),
    "get_status_change": _("Get one change of status"),
    "list_events": _("List the events"),
    "get_event": _("Get one event"),
    "get_summary_matrix": _("Count commitments by lead and agenda point"),
    "get_summary_gaps": _("Show what is missing"),
    "get_summary_freshness": _("Count commitments by how recently their leads reported"),
}

# For filters whose label is not clear outside a form; by operation id and parameter, or by parameter.
PARAMETER_DESCRIPTIONS = {
    "list_commitments.q": _(
        'Full text, up to 200 characters and 20 different words: words that must all occur; ‘"exact words"’, ‘or’ and '
        "‘-without’ are understood. Without ‘ordering’ the best matches come first."
    ),
    "list_commitments.lead": _("Code of an agency or slug of a work group that leads."),
    "list_commitments.agency": _("Code of an agency that leads or takes part."),
    "list_commitments.workgroup": _("Slug of the work group that leads."),
    "list_commitments.agenda_point": _("Number of an agenda point that it serves."),
    "list_commitments.recommendation": _(
        "Code of a recommendation that it answers; a recommendation includes its parts."
    ),
    "list_commitments.level": _("Level of a recommendation that it answers."),
    "list_commitments.kind": COMMITMENT["kind"].description,
    "list_commitments.status": _("How far it has come, by the last report."),
    "list_commitments.outlook": REPORT["outlook"].description,
    "list_commitments.freshness": _("How recently the lead reported."),
    "list_commitments.verification": _("Whether others have assessed it."),
    "list_commitments.scope": _("How wide it reaches."),
    "list_commitments.place": _("A place, as the source names it."),
    "list_commitments.due_after": _(
        "Deadline on or after this day. One known by its year or month counts as its last day."
    ),
    "list_commitments.due_before": _(
        "Deadline on or before this day. One known by its year or month counts as its last day."
    ),
    "updated_since": _(
        "Changed at or after this moment (UTC, unless it names an offset); a day is its first moment. It does not go "
        "with ‘as_of’: of past days no moments of change are kept. The files of commitments and reports under /data/ "
        "take it too, with the same meaning."
    ),
    "as_of": _("The record as it stood at the end of this day (UTC): a day up to today, never in the future."),
    "ordering": _("What to sort by, the most important first; with a minus in front, downwards."),
}
# Added to the description of every list parameter.
LIST_NOTES = {
    "fields": _("Repeat the parameter, or separate the names with commas."),
    "ordering": _("Repeat the parameter, or separate the words with commas."),
}
LIST_NOTE = _("Repeat the parameter, or separate values with commas, to get the rows that match any of them.")


def described_choices() -> dict[str, Mapping]:
    """Return the descriptions of values by component, for the components whose choices declare them."""
    components = settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"]
    choices = {name: deep_import_string(path) for name, path in components.items() if isinstance(path, str)}
    return {
        name: {value: text for value, text in described.descriptions().items() if value}
        for name, described in choices.items()
        if isinstance(described, type) and issubclass(described, DescribedChoices)
    }


# The meaning of each value, by component or by the name of a parameter.
VALUE_DESCRIPTIONS = {
    **described_choices(),
    "CommitmentState": {state: State.descriptions()[state] for state in State.public()},
    "DraftState": {
        "expected": _("A cycle asks for it, and nothing is written."),
        **{state: State.descriptions()[state] for state in State.not_public()},
        "published": _("It is public, and ‘report’ has its code."),
    },
    "ErrorCode": problem_codes.ERRORS,
    "EvidenceMediaType": {
        "application/pdf": _("A PDF document."),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _("A spreadsheet (XLSX)."),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _("A text document (DOCX)."),
        "image/jpeg": _("A picture (JPEG)."),
        "image/png": _("A picture (PNG)."),
    },
    "Lack": {
        "commitment": _("No commitment answers it."),
        "date": _("None of its commitments has a deadline."),
        "report": _("None of its commitments was ever reported on."),
        "report_in_cycle": _("The newest cycle asked for a report that has not come."),
    },
    "LeadKind": {"agency": _("A member or constituent leads."), "workgroup": _("A work group leads.")},
    "ProblemCode": problem_codes.PROBLEMS,
    "ReportOrigin": {
        "lead": _("Written by the lead in this portal."),
        "public_source": _("Taken from what the lead published elsewhere."),
    },
}
# The meaning of each value of a parameter that has no component.
PARAMETER_VALUES = {
    "format": {
        "json": _("JSON."),
        "csv": _(
            "A table: one column a field, those within others by their dotted names. UTF-8 without a byte order mark. "
            "An apostrophe stands before = + - and @ where a spreadsheet could take them for a formula."
        ),
        "ndjson": _(
            "One JSON object a line: each row as in JSON, with objects in it. The files under /data/ have one column a "
            "value instead, as in CSV."
        ),
        "jsonld": _("Linked data (JSON-LD)."),
    },
    # Sort values, ascending.
    "ordering": {
        "acronym": _("The acronym."),
        "changed": _("The day of the change."),
        "code": _("The code."),
        "commitment": _("The reference of the commitment."),
        "due": _("The deadline; rows without one come last."),
        "last_update": _("The day of the last report; rows without one come last."),
        "name": _("The full name."),
        "number": _("The number."),
        "position": _("The order in which the group lists them."),
        "published": _("The day of publication."),
        "reference": _("The reference."),
        "slug": _("The slug."),
        "start": _("The start; rows without one come last."),
        "starts": _("The first day."),
        "title": _("The title."),
        "updated": _("The moment of the last change."),
    },
}

# Response headers by name: meaning, and the statuses that have them.
HEADERS = {
    "ETag": (
        _("The validator of the answer: sent back as If-None-Match, it is answered by 304 while nothing has changed."),
        (200, 304),
    ),
    "Last-Modified": (
        _("When the public record last changed, or the day (UTC) last turned; sent back as If-Modified-Since."),
        (200, 304),
    ),
    "Record-Moment": (
        _("The moment (UTC) of the record that the answer was made from: the next ‘updated_since’ of whoever follows."),
        (200, 304),
    ),
    "Cache-Control": (_("Any cache may keep the answer, and asks before it gives it out again."), (200, 304)),
    "RateLimit-Policy": (
        _("How many requests (q) one address may make in how many seconds (w)."),
        (200, 400, 404, 429),
    ),
    "RateLimit": (_("How many requests are left (r), and in how many seconds (t) more are."), (200, 400, 404, 429)),
    "Deprecation": (_("Since when something that was asked for is deprecated (RFC 9745); mostly absent."), (200,)),
    "Sunset": (_("Until when what is deprecated is answered (RFC 8594); mostly absent."), (200,)),
    "Link": (_("The first, previous, next and last page (RFC 8288)."), (200,)),
    "Total-Count": (_("How many rows there are on all pages; in CSV and NDJSON, which have no envelope."), (200,)),
    "Content-Disposition": (_("The name to save the rows under; in CSV."), (200,)),
    "Retry-After": (_("Seconds to wait before asking again."), (429, 503)),
}

DESCENDING = _("%(meaning)s Downwards.")


def describe_values(schema: dict, meanings: dict) -> None:
    """Add the meaning of every value: in the description for people, in `x-enum-descriptions` for programs."""
    meanings = meanings | {f"-{value}": DESCENDING % {"meaning": meaning} for value, meaning in meanings.items()}
    values = schema.get("enum", [])
    if values and set(values) <= set(meanings):
        schema["x-enum-descriptions"] = [str(meanings[value]) for value in values]
        schema["description"] = "\n".join(f"- `{value}`: {meanings[value]}" for value in values)
