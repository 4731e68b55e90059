"""Public fields of commitments and of the rows shown with them.

Fields without a column are computed: their values come from `register`.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from commitments.models import Commitment, Milestone, Partner, Stakeholder, Withdrawal
from foundation.public_fields import (
    COMPUTED,
    KEY,
    LOCK,
    PAGE_URL,
    PARENT,
    WORKFLOW,
    Place,
    PublicField,
    PublicTable,
    Sentences,
)

# Columns of every row that is reviewed before it is published.
REVIEWED = {
    "id": KEY,
    "version": LOCK,
    "author": WORKFLOW,
    "submitted_by": WORKFLOW,
    "submitted_at": WORKFLOW,
    "reviewed_at": WORKFLOW,
    "involved_agencies": WORKFLOW,
    "reviewer_agencies": WORKFLOW,
    "review_note": WORKFLOW,
    "reviewed_by": "Readers see the reviewing body, never the person.",
    "updated_at": "Moment of the last save; readers have that of the last public change.",
}
REVIEWED_BY = PublicField(
    "reviewed_by",
    _("The body that reviewed it, never a person; null for what was taken from a public source."),
    columns=("reviewed_as", "reviewing_agency"),
    not_in={
        Place.FILE: "Data files have no nested objects.",
        Place.REVIEW: "Decided by the review.",
        Place.EDITOR_AREA: "Insiders see the person.",
    },
)
_NOT_A_CHANGE = {Place.AMENDMENTS: "Nobody amends it.", Place.REVIEW: "Not part of what is reviewed."}
UPDATED_AT = _(
    "The moment (UTC) at which anything that is said here last changed in public, by which ‘updated_since’ finds it; "
    "empty for a past day."
)
_OF_THE_PORTAL = {**_NOT_A_CHANGE, Place.SPREADSHEET: "Given by the portal."}
_REPORT_SHOWS_IT = "The form of the report shows it."
_FROM_REPORTS = {**_NOT_A_CHANGE, Place.SPREADSHEET: "Changed by reports only."}

COMMITMENT = PublicTable(
    Commitment,
    places=frozenset(Place),
    fields=(
        PublicField(
            "reference",
            _("The permanent identifier of the commitment, such as HLD-0001; it is never reused."),
            not_in=_NOT_A_CHANGE,
        ),
        PublicField("url", PAGE_URL, columns=(), not_in=_OF_THE_PORTAL),
        PublicField(
            "title",
            _("The title of the commitment."),
            is_text=True,
            sentences=Sentences(_("The title was reworded.")),
        ),
        PublicField(
            "state",
            _("Whether it stands or was withdrawn; only ‘updated_since’ finds withdrawn ones."),
            not_in=_NOT_A_CHANGE,
        ),
        PublicField(
            "withdrawn_on",
            _("The day on which it was withdrawn; empty while it stands."),
            example=None,
            not_in=_OF_THE_PORTAL,
        ),
        PublicField(
            "withdrawn_reason",
            _("Why it was withdrawn; empty while it stands."),
            example="",
            not_in=_OF_THE_PORTAL,
        ),
        PublicField(
            "summary",
            _("What is undertaken, in a few lines."),
            is_text=True,
            sentences=Sentences(
                _("The summary was reworded."), _("A summary was added."), _("The summary was taken away.")
            ),
        ),
        PublicField(
            "original_text",
            Commitment._meta.get_field("original_text").help_text,
            is_text=True,
            example="",
            sentences=Sentences(
                _("The original text was corrected."),
                _("The original text was added."),
                _("The original text was taken away."),
            ),
        ),
        PublicField(
            "kind",
            _("What sort of undertaking it is."),
            filter="kind",
            sentences=Sentences(_("The kind changed from %(before)s to %(after)s.")),
        ),
        PublicField(
            "lead",
            _("The agency or work group that leads."),
            columns=("lead_agency", "workgroup"),
            label=_("Lead"),
            filter="lead",
            sentences=Sentences(_("The lead changed from %(before)s to %(after)s.")),
        ),
        PublicField(
            "lead_kind",
            _("Whether the lead is an agency or a work group."),
            columns=(),
            not_in={**_OF_THE_PORTAL, Place.API: "The lead is an object that has its kind."},
        ),
        PublicField(
            "partners",
            _("The agencies that take part."),
            columns=("partner_agencies",),
            filter="agency",
            sentences=Sentences(added=_("%(name)s became a partner."), removed=_("%(name)s is no longer a partner.")),
        ),
        PublicField(
            "stakeholders",
            _("The bodies beyond the group that take part."),
            sentences=Sentences(
                added=_("%(name)s was named as taking part beyond the group."),
                removed=_("%(name)s is no longer named as taking part beyond the group."),
            ),
        ),
        PublicField(
            "agenda_points",
            _("The points of the eight-point agenda which it serves."),
            filter="agenda_point",
            sentences=Sentences(
                added=_("Agenda point added: %(name)s."), removed=_("Agenda point taken away: %(name)s.")
            ),
        ),
        PublicField(
            "recommendations",
            _("The recommendations which it answers."),
            filter="recommendation",
            sentences=Sentences(
                added=_("Recommendation added: %(name)s."), removed=_("Recommendation taken away: %(name)s.")
            ),
        ),
        PublicField(
            "work_plan",
            _("The work plan it is part of."),
            is_fact=True,
            sentences=Sentences(
                _("The work plan changed from %(before)s to %(after)s."),
                _("The work plan was given: %(after)s."),
                _("The work plan, %(before)s, was taken away."),
            ),
        ),
        PublicField(
            "scope",
            _("How far it reaches; empty where that is not known."),
            filter="scope",
            sentences=Sentences(
                _("The scope changed from %(before)s to %(after)s."),
                _("The scope was given: %(after)s."),
                _("The scope, %(before)s, was taken away."),
            ),
        ),
        PublicField(
            "places",
            _("Countries or regions, as the source names them."),
            filter="place",
            example=[],
            sentences=Sentences(
                _("The places changed from %(before)s to %(after)s."),
                _("The places were given: %(after)s."),
                _("The places, %(before)s, were taken away."),
            ),
        ),
        PublicField(
            "start_on",
            _("When it starts: a year, a month or a day, as far as the source knows."),
            columns=("start_on", "start_precision"),
            sentences=Sentences(
                _("The start changed from %(before)s to %(after)s."),
                _("The start was given: %(after)s."),
                _("The start, %(before)s, was taken away."),
            ),
        ),
        PublicField(
            "deadline_on",
            _("The deadline: a year, a month or a day, as far as the source knows."),
            columns=("deadline_on", "deadline_precision"),
            former_name="due_on",
            filter="due_after",
            sentences=Sentences(
                _("The deadline changed from %(before)s to %(after)s."),
                _("The deadline was given: %(after)s."),
                _("The deadline, %(before)s, was taken away."),
            ),
        ),
        PublicField(
            "status",
            _("What the last published report says; empty if nothing was ever reported."),
            filter="status",
            not_in=_FROM_REPORTS,
        ),
        PublicField(
            "status_reason",
            _("Why it has this status, where a reason is given."),
            example="",
            not_in={**_FROM_REPORTS, Place.EDITOR_AREA: _REPORT_SHOWS_IT},
        ),
        PublicField(
            "superseded_by",
            _("The commitment that takes its place, by the last report."),
            not_in={**_FROM_REPORTS, Place.EDITOR_AREA: _REPORT_SHOWS_IT},
        ),
        PublicField(
            "outlook",
            _("How the lead sees the way ahead, from the last published report."),
            filter="outlook",
            not_in=_FROM_REPORTS,
        ),
        PublicField(
            "freshness",
            _("Whether the lead has reported since it was last asked; computed on the day."),
            columns=(),
            filter="freshness",
            not_in=_FROM_REPORTS,
        ),
        PublicField(
            "verification",
            _("Whether anybody but the lead has assessed it, and how; computed from assessments."),
            columns=(),
            filter="verification",
            not_in=_FROM_REPORTS,
        ),
        PublicField(
            "last_update_on",
            _("When the last report was published; empty if nothing was ever reported."),
            columns=(),
            is_partial=True,
            not_in=_FROM_REPORTS,
        ),
        PublicField(
            "published_on",
            _("Since when the commitment is public, as far as it is known."),
            columns=("published_on", "published_precision"),
            not_in=_OF_THE_PORTAL,
        ),
        PublicField(
            "updated_at",
            UPDATED_AT,
            columns=(),
            example="2014-03-05T09:30:00Z",
            filter="updated_since",
            not_in={**_OF_THE_PORTAL, Place.PAGE: "For programs."},
        ),
        PublicField(
            "source_title",
            _("The title of the source."),
            is_text=True,
            sentences=Sentences(_("The title of the source changed.")),
        ),
        PublicField(
            "source_location",
            _("The address or document symbol of the source."),
            sentences=Sentences(_("The address of the source changed from %(before)s to %(after)s.")),
        ),
        PublicField(
            "confidence",
            _("Whether the source was read (confirmed), or the entry is general knowledge not yet confirmed (known)."),
            sentences=Sentences(_("The confidence in the source changed from ‘%(before)s’ to ‘%(after)s’.")),
        ),
        PublicField(
            REVIEWED_BY.name,
            REVIEWED_BY.description,
            columns=REVIEWED_BY.columns,
            not_in={**_OF_THE_PORTAL, **REVIEWED_BY.not_in},
        ),
    ),
    private=REVIEWED
    | {
        "restored_on": "Copy of the last row of the withdrawals, which the API lists.",
        "restored_reason": "Copy of the last row of the withdrawals, which the API lists.",
        "load_key": "By which an import finds the row again.",
        "search": COMPUTED,
    },
)

PARTNER = PublicTable(
    Partner,
    places=frozenset({Place.API, Place.AMENDMENTS, Place.REVIEW, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField("agency", _("The agency that takes part.")),
        PublicField(
            "part",
            _("What this agency itself does in it; empty where that is not said."),
            is_text=True,
            example="",
            sentences=Sentences(
                _("The part of %(name)s was reworded."),
                _("The part of %(name)s was stated."),
                _("The part of %(name)s was taken away."),
            ),
        ),
    ),
    private={"id": KEY, "version": LOCK, "commitment": PARENT},
)

MILESTONE = PublicTable(
    Milestone,
    places=frozenset({Place.API, Place.SPREADSHEET, Place.AMENDMENTS, Place.REVIEW, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField(
            "title",
            _("What the step is."),
            is_text=True,
            example="What the step is.",
            sentences=Sentences(_("A milestone was reworded.")),
        ),
        PublicField(
            "deadline_on",
            _("The deadline of the step."),
            columns=("deadline_on", "deadline_precision"),
            former_name="due_on",
            example="2014-03",
            sentences=Sentences(
                _("The deadline of the milestone “%(name)s” changed from %(before)s to %(after)s."),
                _("The milestone “%(name)s” was given a deadline: %(after)s."),
                _("The deadline of the milestone “%(name)s”, %(before)s, was taken away."),
            ),
        ),
        PublicField(
            "met_on",
            _("When the step was met; empty while it is not."),
            example=None,
            columns=("met_on", "met_precision"),
            sentences=Sentences(
                _("The day on which the milestone “%(name)s” was met changed from %(before)s to %(after)s."),
                _("The milestone “%(name)s” was met: %(after)s."),
                _("The milestone “%(name)s” no longer counts as met; it did since %(before)s."),
            ),
        ),
    ),
    private={"id": KEY, "version": LOCK, "commitment": PARENT},
)
# Sentences on a milestone as a whole.
MILESTONES = Sentences(
    added=pgettext_lazy("history of a commitment", "The milestone “%(name)s” was added."),
    removed=pgettext_lazy("history of a commitment", "The milestone “%(name)s” was taken away."),
)

STAKEHOLDER = PublicTable(
    Stakeholder,
    places=frozenset({Place.API, Place.PAGE, Place.EDITOR_AREA}),
    fields=(
        PublicField("name", _("The body’s full name."), example="The full name of the body"),
        PublicField(
            "acronym",
            _("Its short name; empty where it has none."),
            example="",
            not_in={Place.PAGE: "The page has the full name."},
        ),
        PublicField("kind", _("What sort of body it is.")),
    ),
    private={"id": KEY, "version": LOCK},
)

WITHDRAWAL = PublicTable(
    Withdrawal,
    places=frozenset({Place.API, Place.PAGE}),
    fields=(
        PublicField("withdrawn_on", _("The day on which the commitment was withdrawn."), example="2014-09-01"),
        PublicField("withdrawn_reason", _("Why it was withdrawn."), example="Entered twice."),
        PublicField(
            "restored_on", _("The day on which it was restored; null while it is withdrawn."), example="2014-10-15"
        ),
        PublicField(
            "restored_reason",
            _("Why it was restored; empty while it is withdrawn."),
            example="The two are different programmes.",
        ),
    ),
    private={
        "id": KEY,
        "commitment": PARENT,
        "withdrawn_at": "Moment of the record; readers have the day.",
        "restored_at": "Moment of the record; readers have the day.",
    },
)

TABLES = (COMMITMENT, PARTNER, MILESTONE, STAKEHOLDER, WITHDRAWAL)
