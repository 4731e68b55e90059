"""Examples for the API's description.

`EXAMPLES` holds values of the portal's own data; `SYNTHETIC_EXAMPLES` shows the format of values which those data lack,
and states no fact. tests/gmg_portal/api/test_contract.py requests every value of the first, so that none becomes
outdated.
"""

from commitments.public_fields import COMMITMENT, MILESTONE, PARTNER, STAKEHOLDER, WITHDRAWAL
from reporting.public_fields import CONTRIBUTION, EVIDENCE

PORTAL = "https://portal.example.org"

AGENCY_REF = {"code": "undesa", "title": "United Nations Department of Economic and Social Affairs"}
COMMITMENT_REF = {"code": "HLD-0001", "title": "International Migration Report 2013", "state": "published"}
COMMITMENT_PAGE = f"{PORTAL}/commitments/HLD-0001/"
ROW = {
    "reference": "HLD-0001",
    "title": "International Migration Report 2013",
    "summary": (
        "The Population Division gathered its estimates of migrant stocks, trends and treaty ratifications in one "
        "reference report, issued two months after the Dialogue."
    ),
    "start_on": "2013-12",
    "deadline_on": "2013-12",
    "last_update_on": "2013-12",
    "published_on": "2013-12",
    "source_title": "International Migration Report 2013",
    "source_location": "ST/ESA/SER.A/346",
    "url": COMMITMENT_PAGE,
}
REPORT = {
    "code": "HLD-0001-1",
    "period_start": None,
    "period_end": None,
    "status_reason": "",
    "achieved": "Published in December 2013.",
    "barriers": "",
    "next_steps": "",
    "published_on": "2013-12",
    "url": f"{PORTAL}/commitments/HLD-0001/#report-1",
}
CHANGE = {"code": "HLD-0001-1", "reason": "", "changed_on": "2013-12"}
COVERAGE = {
    "code": "POL-1",
    "title": "Strengthen data collection and analysis on migration in developing evidence-based policies",
    "url": f"{PORTAL}/recommendations/POL-1/",
}

# By component and field.
EXAMPLES: dict[str, dict] = {
    "Agency": {
        "code": "undesa",
        "acronym": "UN DESA",
        "name": "United Nations Department of Economic and Social Affairs",
        "headquarters": "New York",
        "is_member": True,
        "website": "https://un.org/desa",
        "commitments_url": f"{PORTAL}/api/v1/commitments/?agency=undesa",
        "url": f"{PORTAL}/agencies/undesa/",
    },
    "AgencyRef": {**AGENCY_REF, "url": f"{PORTAL}/agencies/undesa/"},
    "AgendaPoint": {
        "number": 7,
        "title": "Strengthen the migration evidence base",
        "commitments_url": f"{PORTAL}/api/v1/commitments/?agenda_point=7",
        "url": f"{PORTAL}/agenda/7/",
    },
    "AgendaPointRef": {"code": 7, "title": "Strengthen the migration evidence base", "url": f"{PORTAL}/agenda/7/"},
    "Alignment": {
        "quote": "recognize the need to improve public perceptions of migrants and migration",
        "paragraph": "9",
    },
    "ChairTerm": {"starts_on": "2014-01-01", "ends_on": "2014-12-31", "source": "ilo.org"},
    "Commitment": ROW,
    "CommitmentRef": {**COMMITMENT_REF, "url": COMMITMENT_PAGE},
    "CommitmentRow": ROW,
    "ChangeBody": CHANGE,
    "Coverage": COVERAGE,
    "Event": {
        "slug": "first-high-level-dialogue-on-international-migration-and-development",
        "title": "First High-level Dialogue on International Migration and Development",
        "starts_on": "2006-09-14",
        "ends_on": "2006-09-15",
        "place": "New York",
        "link": None,
        "url": f"{PORTAL}/timeline/#first-high-level-dialogue-on-international-migration-and-development",
    },
    "Evidence": {"title": "International Migration Report 2013", "url": None, "symbol": "ST/ESA/SER.A/346"},
    "Framework": {
        "code": "hld-declaration",
        "title": "HLD Declaration Adopted by UN Member States",
        "symbol": "A/RES/68/4",
        "adopted_on": "2013-10-03",
        "link": None,
        "is_base": False,
        "url": f"{PORTAL}/agenda/convergence/#hld-declaration",
    },
    "FreshnessCount": {"url": f"{PORTAL}/commitments/?freshness=current"},
    "Lead": {**AGENCY_REF, "url": f"{PORTAL}/agencies/undesa/"},
    "MatrixCell": {"agenda_point": 7, "url": f"{PORTAL}/commitments/?lead=undesa&agenda_point=7"},
    "Count": {"url": f"{PORTAL}/commitments/?lead=undesa"},
    "PointCoverage": {"code": 7, "title": "Strengthen the migration evidence base", "url": f"{PORTAL}/agenda/7/"},
    "Recommendation": {
        "code": "POL-1",
        "text": "Strengthen data collection and analysis on migration in developing evidence-based policies",
        "commitments_url": f"{PORTAL}/api/v1/commitments/?recommendation=POL-1",
        "url": f"{PORTAL}/recommendations/POL-1/",
    },
    "RecommendationPart": {
        "code": "P15-1a",
        "text": "A new global partnership goal encompassing migration",
        "url": f"{PORTAL}/recommendations/P15-1a/",
    },
    "RecommendationRef": COVERAGE,
    "Report": REPORT,
    "ReportBody": REPORT,
    "StatusChange": {**CHANGE, "url": f"{PORTAL}/commitments/HLD-0001/#status-history"},
    "WorkGroup": {
        "slug": "mainstreaming",
        "title": "Mainstreaming Migration into Development Planning",
        "commitments_url": f"{PORTAL}/api/v1/commitments/?workgroup=mainstreaming",
        "url": f"{PORTAL}/workgroups/mainstreaming/",
    },
}

COUNTS = {"commitments": 26, "dated": 19, "reported": 26, "reported_in_cycle": 0, "owed": 0}
CHOSEN_DAY = "2014-06-30"

DRAFT_CODE = "0c2f9e8a-6f3d-4a57-9d0e-2b1c7a5e4f10"
DRAFT_FIELDS = {
    "period_start": "2014-01-01",
    "period_end": "2014-06-30",
    "status_reason": "",
    "achieved": "What was done and what came of it.",
    "barriers": "",
    "next_steps": "What comes next.",
}
DRAFT = {
    **DRAFT_FIELDS,
    "code": DRAFT_CODE,
    "cycle": None,
    "due_on": None,
    "review_note": "",
    "submitted_at": None,
    "updated_at": "2014-06-30T09:30:00Z",
    "url": f"{PORTAL}/api/v1/drafts/{DRAFT_CODE}/",
}
EVIDENCE_REQUEST = {
    "title": "The title of what is shown",
    "url": "https://example.org/report",
    "symbol": "A/68/190",
    "issued_on": "2014-03",
    "seen_on": "2014-06-30",
    "is_public": True,
}
PROBLEM = {"type": "/api/v1/docs/#problem-invalid_parameter", "title": "Bad Request", "status": 400}

SYNTHETIC_EXAMPLES: dict[str, dict] = {
    "Agency": {"mandate": "", "joined": None, "left": None},
    "Answer": {"text": "What the lead answers.", "published_on": "2014-09-30"},
    "Assessment": {
        "report": "HLD-0001-1",
        "text": "What the assessor says.",
        "source_title": "",
        "source_location": "",
        "published_on": "2014-09",
    },
    "Assessor": {**AGENCY_REF, "url": f"{PORTAL}/agencies/undesa/"},
    "ChangeBody": {"recorded_at": "2014-03-05T09:30:00Z"},
    "FormerName": {
        "acronym": "UN DIESA",
        "name": "Department of International Economic and Social Affairs",
        "until": "1992-12-31",
        "source": "",
    },
    "ReviewingBody": {"code": "iom", "name": "International Organization for Migration", "role": "co_chair"},
    "Commitment": {
        "citation": (
            "UN DESA (2013). International Migration Report 2013. GMG HLD follow-up portal, HLD-0001. "
            f"{COMMITMENT_PAGE} (as the record stood on 30 June 2014)."
        ),
    },
    "Count": {"count": 5},
    "Coverage": COUNTS,
    "Dissent": {"published_on": "2014-09"},
    "Draft": {**DRAFT, "missing": [], "hints": []},
    "DraftEvidence": {**EVIDENCE_REQUEST, "code": DRAFT_CODE, "url": None, "size": None, "digest": None},
    "DraftList": {"count": 1},
    "DraftRow": DRAFT,
    "Fault": {
        "parameter": "page_size",
        "detail": "page_size is a whole number from 1 to 200.",
        "allowed": ["json"],
        "nearest": "json",
    },
    "FieldFault": {
        "field": "status",
        "parameter": "format",
        "detail": "This is not a status.",
        "allowed": ["planning"],
        "nearest": "planning",
        "theirs": "What stands there now.",
        "yours": "What was sent.",
    },
    "FreshnessCount": {"count": 36},
    "FreshnessSummary": {"as_of": CHOSEN_DAY, "total": 60},
    "Gaps": {"as_of": CHOSEN_DAY, "cycle": None},
    "LeadFreshness": {"total": 7, "last_update_on": "2013-12"},
    "Matrix": {"as_of": CHOSEN_DAY, "total": 60},
    "MatrixCell": {"count": 5},
    "NewDraft": {**DRAFT_FIELDS, "commitment": "HLD-0001", "cycle": None, "superseded_by": None},
    "NewEvidence": EVIDENCE_REQUEST,
    "NewFile": {**EVIDENCE_REQUEST, "file": "…"},
    "PatchedDraftChanges": {**DRAFT_FIELDS, "superseded_by": None},
    "PointCoverage": COUNTS,
    "Problem": {
        **PROBLEM,
        "detail": "page_size is a whole number from 1 to 200.",
        "instance": "/api/v1/commitments/?page_size=500",
    },
    "Successor": {**COMMITMENT_REF, "url": COMMITMENT_PAGE},
    "Report": {"cycle": None, "number": 1, "updated_at": "2014-03-05T09:30:00Z"},
    "ReportBody": {"cycle": None},
    "StatusChange": {"recorded_at": "2014-03-05T09:30:00Z", "updated_at": "2014-03-05T09:30:00Z"},
    "SubmissionProblem": {
        **PROBLEM,
        "detail": "The body cannot be read: send one JSON object, in UTF-8.",
        "instance": "/api/v1/drafts/",
        "existing": f"{PORTAL}/api/v1/drafts/{DRAFT_CODE}/",
    },
    "WorkGroup": {"mandate": ""},
    "WorkPlanRef": {
        "code": "mawp-2013-2015",
        "title": "GMG 2013-2015 Multi-Annual Work Plan",
        "url": f"{PORTAL}/workgroups/#mawp-2013-2015",
    },
}
# Examples of public fields are in their declaration.
_PUBLIC_TABLES = {
    "Commitment": COMMITMENT,
    "CommitmentRow": COMMITMENT,
    "Contribution": CONTRIBUTION,
    "Evidence": EVIDENCE,
    "Milestone": MILESTONE,
    "Partner": PARTNER,
    "Stakeholder": STAKEHOLDER,
    "Withdrawal": WITHDRAWAL,
}
for _component, _table in _PUBLIC_TABLES.items():
    SYNTHETIC_EXAMPLES[_component] = _table.examples() | SYNTHETIC_EXAMPLES.get(_component, {})


def field_example(component: str, field: str) -> dict:
    """Return the example of a field as a part of its schema; {} without one."""
    values = EXAMPLES.get(component, {}) | SYNTHETIC_EXAMPLES.get(component, {})
    return {"examples": [values[field]]} if field in values else {}


# By operation id and parameter, or by parameter.
PARAMETER_EXAMPLES = {
    "get_agency.code": "undesa",
    "get_agenda_point.number": "7",
    "get_framework.code": "hld-declaration",
    "get_workgroup.slug": "mainstreaming",
    "get_recommendation.code": "POL-1",
    "get_commitment.reference": "HLD-0001",
    "get_report.code": "HLD-0001-1",
    "get_status_change.code": "HLD-0001-1",
    "get_event.slug": "first-high-level-dialogue-on-international-migration-and-development",
    "add_evidence.code": DRAFT_CODE,
    "get_draft.code": DRAFT_CODE,
    "remove_evidence.code": DRAFT_CODE,
    "remove_evidence.piece": DRAFT_CODE,
    "submit_draft.code": DRAFT_CODE,
    "update_draft.code": DRAFT_CODE,
    "agency": ["undesa"],
    "agenda_point": ["7"],
    "as_of": CHOSEN_DAY,
    "changed_after": "2014-01-01",
    "changed_before": "2014-12-31",
    "commitment": ["HLD-0001"],
    "due_after": "2014-01-01",
    "due_before": "2014-12-31",
    "lead": ["undesa"],
    "list_workgroups.agency": ["undp"],
    "published_after": "2014-01-01",
    "published_before": "2014-12-31",
    "q": "labour migration",
    "recommendation": ["POL-1"],
    "starts_after": "2013-01-01",
    "starts_before": "2014-12-31",
    "updated_since": "2014-06-30T00:00:00Z",
    "workgroup": ["mainstreaming"],
}

HEADERS = {
    "ETag": '"b333800313de7f71b2e0dc7b"',
    "Last-Modified": "Mon, 30 Jun 2014 00:00:00 GMT",
    "Cache-Control": "public, max-age=0, s-maxage=1, must-revalidate",
    "Link": f'<{PORTAL}/api/v1/commitments/?page=2>; rel="next"',
    "Total-Count": 60,
    "Content-Disposition": 'attachment; filename="commitments.csv"',
    "Retry-After": 30,
    "Record-Moment": "2014-03-05T09:30:00Z",
    "RateLimit-Policy": '"address";q=600;w=60',
    "RateLimit": '"address";r=594;t=1',
    "Deprecation": "@1735689600",
    "Sunset": "Thu, 01 Jan 2026 00:00:00 GMT",
    "WWW-Authenticate": 'Bearer realm="drafts"',
    "Idempotency-Replayed": "true",
    "Location": f"{PORTAL}/api/v1/drafts/{DRAFT_CODE}/",
}
