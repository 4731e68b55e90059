"""Public fields of progress reports and their rows, of assessments and of answers."""

from django.utils.translation import gettext_lazy as _

from commitments.public_fields import REVIEWED, REVIEWED_BY, UPDATED_AT
from foundation.public_fields import COMPUTED, KEY, LOCK, PARENT, WORKFLOW, Place, PublicField, PublicTable
from reporting.models import Answer, Assessment, Contribution, Evidence, ProgressReport, StatusChange

# As it looks: the digest of no file.
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_OF_THE_PORTAL = {Place.SPREADSHEET: "Given by the portal.", Place.REVIEW: "Given by the portal."}
_ONLY_IN_FILES = {Place.API: "There an object of its own.", **_OF_THE_PORTAL, Place.PAGE: "There a part of its own."}
PUBLISHED_ON = PublicField(
    "published_on",
    _("When it was published: a year, a month or a day, as far as it is known."),
    columns=("published_on", "published_precision"),
    not_in=_OF_THE_PORTAL,
)
_STATE = {**REVIEWED, "state": "Only published rows are public."}

REPORT = PublicTable(
    ProgressReport,
    places=frozenset({Place.API, Place.FILE, Place.SPREADSHEET, Place.REVIEW, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField(
            "code",
            _("The permanent identifier of the report, such as HLD-0001-2: that of the commitment, and its number."),
            columns=(),
            not_in=_OF_THE_PORTAL,
        ),
        PublicField(
            "url", _("The permanent address of the report on the commitment’s page."), columns=(), not_in=_OF_THE_PORTAL
        ),
        PublicField(
            "commitment",
            _("The commitment that it reports on."),
            filter="commitment",
            not_in={Place.REVIEW: "Title of the page."},
        ),
        PublicField(
            "commitment_state",
            _("Whether the commitment stands or was withdrawn; only ‘updated_since’ finds reports on withdrawn ones."),
            columns=(),
            not_in=_ONLY_IN_FILES,
        ),
        PublicField(
            "number",
            _("Its number among the reports on this commitment, by publication."),
            not_in={**_OF_THE_PORTAL, Place.EDITOR_AREA: "Given at publication; the public page has it."},
        ),
        PublicField(
            "updated_at",
            UPDATED_AT,
            columns=(),
            filter="updated_since",
            not_in={**_OF_THE_PORTAL, Place.PAGE: "For programs."},
        ),
        PUBLISHED_ON,
        PublicField(
            "origin",
            _("Whether the lead wrote it in this portal (lead), or it is taken from a public source (public_source)."),
            columns=(),
            not_in=_OF_THE_PORTAL,
        ),
        PublicField(
            "cycle",
            _("The reporting cycle that asked for it; empty if it was given unasked."),
            not_in={Place.REVIEW: "Title of the page."},
        ),
        PublicField("on_behalf_of", _("The agency for which it was written, where it is named.")),
        PublicField("period_start", _("The first day of the period; empty where none is given.")),
        PublicField("period_end", _("The last day of the period; empty where none is given.")),
        PublicField("status", _("The status that it reports."), label=_("Status"), filter="status"),
        PublicField(
            "status_reason",
            _("Why the commitment has this status; given at least where it is discontinued."),
            is_text=True,
        ),
        PublicField("superseded_by", _("The commitment that takes the place of this one.")),
        PublicField("outlook", _("How the lead sees the way ahead.")),
        PublicField("achieved", _("What was achieved."), is_text=True),
        PublicField("barriers", _("What stood in the way; empty where nothing was said."), is_text=True),
        PublicField("next_steps", _("What comes next; empty where nothing was said."), is_text=True),
        PublicField(
            "contribution_agencies",
            _("The codes of the partners that added their own part."),
            columns=(),
            not_in=_ONLY_IN_FILES,
        ),
        PublicField(
            "contribution_texts",
            _("What each of these partners says, in the order of the codes."),
            columns=(),
            not_in=_ONLY_IN_FILES,
        ),
        PublicField("evidence_titles", _("The titles of the public evidence."), columns=(), not_in=_ONLY_IN_FILES),
        PublicField(
            "evidence_locations",
            _("The address or document symbol of each piece of evidence, in the order of the titles."),
            columns=(),
            not_in=_ONLY_IN_FILES,
        ),
        PublicField(
            REVIEWED_BY.name,
            REVIEWED_BY.description,
            columns=REVIEWED_BY.columns,
            not_in={**REVIEWED_BY.not_in, **_OF_THE_PORTAL},
        ),
    ),
    private=_STATE | {"draft_code": "Identifier for an agency’s own systems until the report is published."},
)
# The fields that a lead fills in, in forms and by token.
WRITTEN_BY_LEAD = (
    "period_start", "period_end", "status", "status_reason", "superseded_by", "outlook", "achieved", "barriers",
    "next_steps",
)  # fmt: skip

EVIDENCE = PublicTable(
    Evidence,
    places=frozenset({Place.API, Place.REVIEW, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField("kind", _("What sort of evidence it is.")),
        PublicField("title", _("The title of what is shown.")),
        PublicField(
            "url", _("Where it is found; null when it is known by a symbol."), columns=("url", "file"),
        ),
        PublicField("symbol", _("The document symbol; empty where it is known by an address or is a file.")),
        PublicField(
            "issued_on",
            _("When it was issued."),
            columns=("issued_on", "issued_precision"),
            example="2013-12",
            not_in={Place.REVIEW: "The reviewer opens the evidence."},
        ),
        PublicField(
            "seen_on",
            _("The day on which the reporter last saw it there; null where that is not said."),
            example="2014-06-30",
            not_in={Place.REVIEW: "The reviewer opens the evidence.", },
        ),
        PublicField(
            "link_check", _("The outcome of the last check of the link."), not_in={Place.REVIEW: "There a remark."}
        ),
        PublicField(
            "link_checked_at",
            _("The moment of the last check of the link (UTC); null where it was never checked."),
            example="2014-06-30T03:15:00Z",
            not_in={Place.REVIEW: "There a remark."},
        ),
        PublicField(
            "media_type",
            _("What sort of file it is; null for a link or a symbol. It is handed out as a download."),
            columns=(),
            not_in={Place.REVIEW: "The reviewer opens the evidence."},
        ),
        PublicField(
            "size",
            _("The size of the file in bytes; or null."),
            columns=("file_size",),
            example=48213,
            not_in={
                Place.REVIEW: "The reviewer opens the evidence.",
                Place.EDITOR_AREA: "The link to the file has it.",
            },
        ),
        PublicField(
            "digest",
            _("The SHA-256 digest of the file, in hexadecimal: by it a copy is known to be the file. Or null."),
            columns=("file_digest",),
            example=DIGEST,
            not_in={
                Place.REVIEW: "The reviewer opens the evidence.", Place.PAGE: "For programs.",
                Place.EDITOR_AREA: "For programs.",
            },
        ),
    ),
    private={
        "id": KEY, "version": LOCK, "report": PARENT,
        "is_public": "Readers see public evidence only.",
    },
)  # fmt: skip

CONTRIBUTION = PublicTable(
    Contribution,
    places=frozenset({Place.API, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField("agency", _("The partner whose words these are.")),
        PublicField("text", _("What the partner says that it did."), example="What the partner did in the period."),
    ),
    private={"id": KEY, "version": LOCK, "report": PARENT, "author": WORKFLOW, "updated_at": WORKFLOW},
)

STATUS_CHANGE = PublicTable(
    StatusChange,
    places=frozenset({Place.API, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField("code", _("The report that made the change: HLD-0001-2."), columns=("report",)),
        PublicField("from_status", _("The status before; null where there was none.")),
        PublicField("to_status", _("The status from then on.")),
        PublicField("reason", _("The reason that the report gives; empty where it gives none.")),
        PublicField("changed_on", _("When the report was published."), columns=("changed_on", "changed_precision")),
        PublicField(
            "recorded_at",
            _("The moment at which the portal recorded the change (UTC)."),
            not_in={Place.PAGE: "For programs."},
        ),
    ),
    private={"id": KEY, "commitment": PARENT, "changed_by": WORKFLOW},
)

ASSESSMENT = PublicTable(
    Assessment,
    places=frozenset({Place.API, Place.REVIEW, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField(
            "assessor_kind",
            _("In what capacity the assessor assesses."),
            not_in={Place.REVIEW: "The assessor shows it."},
        ),
        PublicField(
            "assessor", _("Who assessed it."), columns=("agency", "workgroup", "assessor_name"), label=_("Who assesses")
        ),
        PublicField("report", _("The report that is assessed, if any.")),
        PublicField("finding", _("Whether the assessor agrees with the lead’s report.")),
        PublicField("text", _("The assessment, in the assessor’s words."), is_text=True),
        PublicField(
            "source_title",
            _("The title under which the assessment was published elsewhere; empty where it was not."),
            is_text=True,
        ),
        PublicField(
            "source_location", _("The address or document symbol of that publication; empty where there is none.")
        ),
        PUBLISHED_ON,
        REVIEWED_BY,
    ),
    private=_STATE | {"assessor_key": COMPUTED, "commitment": PARENT},
)

ANSWER = PublicTable(
    Answer,
    places=frozenset({Place.API, Place.REVIEW, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField("text", _("The answer, in the lead’s words."), label=_("Answer"), is_text=True),
        PUBLISHED_ON,
        REVIEWED_BY,
    ),
    private=_STATE | {"assessment": PARENT},
)

TABLES = (REPORT, EVIDENCE, CONTRIBUTION, STATUS_CHANGE, ASSESSMENT, ANSWER)
