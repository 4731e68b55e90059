"""The three tables that can be written in a spreadsheet: their columns, and their checks of a row as a whole."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.models import Commitment, Milestone, Outlook
from commitments.public_fields import COMMITMENT, MILESTONE
from commitments.rules import partners_error
from commitments.workflow import State
from foundation.text.choice_lookup import fold_text
from gmg_portal.editors.spreadsheets.column_classes import LeadColumn, SetColumn, SheetColumn
from gmg_portal.editors.spreadsheets.drafts import DraftResource, has_this_already
from gmg_portal.editors.spreadsheets.public_columns import sheet_names
from gmg_portal.editors.spreadsheets.row_choices import by_reference
from gmg_portal.editors.spreadsheets.widgets import (
    ChoiceWidget,
    CodesWidget,
    CodeWidget,
    LeadWidget,
    PlacesWidget,
    ReferenceWidget,
    TextWidget,
    reference_in,
)
from reporting.models import ProgressReport
from reporting.public_fields import REPORT

KEPT = gettext_lazy("Given by the portal: leave it empty in a new row, and as it is in an exported one.")
STATE = gettext_lazy("Where it stands in the review; only shown.")


class CommitmentResource(DraftResource):
    """Drafts of commitments as rows of a spreadsheet, out and in."""

    table = COMMITMENT
    key = "reference"
    name, label = "commitments", gettext_lazy("Commitments")
    columns_of_rules = {"lead_agency": "lead", "workgroup": "lead"}

    reference = SheetColumn("reference", TextWidget(), KEPT)
    version = SheetColumn("version", TextWidget(), KEPT)
    state = SheetColumn("state", ChoiceWidget(State.choices), STATE)
    lead = LeadColumn("lead", LeadWidget(), gettext_lazy("Who leads: an agency or a work group."), required=True)
    partners = SetColumn(
        "partner_agencies",
        CodesWidget("agencies", "code", ("position", "acronym")),
        gettext_lazy("The agencies that take part. One that is left out goes, with the part it had entered."),
    )
    stakeholders = SetColumn(
        "stakeholders",
        CodesWidget("stakeholders", "name", ("name",)),
        COMMITMENT["stakeholders"].description,
    )
    agenda_points = SetColumn(
        "agenda_points",
        CodesWidget("agenda_points", "number", ("number",)),
        COMMITMENT["agenda_points"].description,
    )
    recommendations = SetColumn(
        "recommendations",
        CodesWidget("recommendations", "code", ("position", "code")),
        COMMITMENT["recommendations"].description,
    )
    work_plan = SheetColumn("work_plan", CodeWidget("work_plans", "slug"), COMMITMENT["work_plan"].description)
    places = SheetColumn("places", PlacesWidget(), gettext_lazy("Countries or regions."))
    confidence = SheetColumn(
        "confidence",
        ChoiceWidget(Commitment.Confidence.choices),
        gettext_lazy("Whether the source was read; empty in a new row means that it was."),
        default=Commitment.Confidence.CONFIRMED,
    )

    class Meta(DraftResource.Meta):
        model = Commitment
        import_id_fields = ("reference",)
        fields = sheet_names(
            COMMITMENT, "reference", "version", "state", "title", "kind", "lead", "partners", "stakeholders"
        )

    def get_queryset(self):
        rows = super().get_queryset().select_related("lead_agency", "workgroup", "work_plan").defer("search")
        return rows.prefetch_related("partner_agencies", "stakeholders", "agenda_points", "recommendations")

    def lookup(self, keys):
        return {"reference__in": list(keys)}

    def key_of(self, row):
        return row.reference

    def key_in(self, cell):
        return reference_in(cell)

    def find(self, dataset) -> None:
        super().find(dataset)
        titles = {title.strip() for title in dataset["title"]}
        mine = Commitment.objects.handled_by(self.user).filter(title__in=titles)
        self.standing = {
            (row.title, row.lead): row.reference for row in mine.select_related("lead_agency", "workgroup")
        }

    def problems_of(self, instance, row, number, cell_errors):
        yield from super().problems_of(instance, row, number, cell_errors)
        yield from self.problems_of_rules(instance, cell_errors)
        partners = self.fields["partners"].get_value(instance)
        if not cell_errors.keys() & {"lead", "partners"} and (
            problem := partners_error(instance.lead_agency, partners)
        ):
            yield "partners", problem
        if not instance.pk and not row["reference"].strip() and instance.title and instance.lead:
            yield from self.problems_of_new(instance, number)

    def problems_of_new(self, instance, number):
        """Refuse rows that exist already, so that importing a file twice creates nothing twice."""
        if first := self.once(number, "title", instance.title, instance.lead):
            yield "title", has_this_already(first)
        elif standing := self.standing.get((instance.title, instance.lead)):
            yield "title", _("%(reference)s has this title and lead already.") % {"reference": standing}

    def try_out(self, instance, row_number):
        if instance._state.adding:
            instance.reference = f"row-{row_number}"  # a dry run uses no number of the register
        super().try_out(instance, row_number)


class MilestoneResource(DraftResource):
    """Milestones of drafts as rows of a spreadsheet, out and in."""

    table = MILESTONE
    name, label = "milestones", gettext_lazy("Milestones")
    shown = ("version",)

    id = SheetColumn("id", TextWidget(), KEPT)
    version = SheetColumn("version", TextWidget(), KEPT)
    commitment = SheetColumn(
        "commitment",
        ReferenceWidget("drafts", gettext_lazy("‘%(reference)s’ is no draft that you may change."), "drafts"),
        gettext_lazy("The reference of the draft to which the step belongs."),
        required=True,
        fixed=True,
    )

    class Meta(DraftResource.Meta):
        model = Milestone
        import_id_fields = ("id",)
        fields = sheet_names(MILESTONE, "id", "version", "commitment")

    def get_queryset(self):
        return super().get_queryset().select_related("commitment").defer("commitment__search")

    def find(self, dataset):
        super().find(dataset)
        references = set(map(reference_in, dataset["commitment"]))
        self.drafts = by_reference(self.row_choices.drafts(), references)
        steps = Milestone.objects.filter(commitment__in=[row.pk for row in self.drafts.values()])
        self.standing = {(step.commitment_id, step.title): step.pk for step in steps}

    def not_found_reason(self, key):
        return _("‘%(key)s’ is no milestone of a draft that you may change: leave this empty for a new row.") % {
            "key": key
        }

    def problems_of(self, instance, row, number, cell_errors):
        yield from super().problems_of(instance, row, number, cell_errors)
        if instance.pk or not instance.commitment_id or not instance.title:
            return
        if first := self.once(number, "step", instance.commitment_id, instance.title):
            yield "title", has_this_already(first)
        elif standing := self.standing.get((instance.commitment_id, instance.title)):
            yield "title", _("Milestone %(id)d has this title already.") % {"id": standing}


class ReportResource(DraftResource):
    """Drafts of reports as rows of a spreadsheet, out and in."""

    table = REPORT
    name, label = "reports", gettext_lazy("Progress reports")

    id = SheetColumn("id", TextWidget(), KEPT)
    version = SheetColumn("version", TextWidget(), KEPT)
    state = SheetColumn("state", ChoiceWidget(State.choices), STATE)
    commitment = SheetColumn(
        "commitment",
        ReferenceWidget(
            "running", gettext_lazy("‘%(reference)s’ is no published commitment on which you may report."), "running"
        ),
        gettext_lazy("The reference of the published commitment on which you report."),
        required=True,
        fixed=True,
    )
    cycle = SheetColumn(
        "cycle",
        CodeWidget("cycles", "title"),
        gettext_lazy("The reporting cycle that asks for it; empty if you report unasked."),
        fixed=True,
    )
    on_behalf_of = SheetColumn(
        "on_behalf_of", CodeWidget("own_agencies", "code"), gettext_lazy("The agency for which you write.")
    )
    status_reason = SheetColumn(
        "status_reason", TextWidget(), gettext_lazy("Why; required when the commitment is discontinued.")
    )
    superseded_by = SheetColumn(
        "superseded_by",
        ReferenceWidget("successors", gettext_lazy("‘%(reference)s’ is no published commitment."), ""),
        gettext_lazy("The published commitment that takes its place; required when it is superseded."),
    )
    outlook = SheetColumn(
        "outlook",
        ChoiceWidget(Outlook.choices),
        gettext_lazy("How you see the way ahead; empty means not assessed."),
        default=Outlook.NOT_ASSESSED,
    )

    class Meta(DraftResource.Meta):
        model = ProgressReport
        import_id_fields = ("id",)
        fields = sheet_names(REPORT, "id", "version", "state", "commitment")

    def get_queryset(self):
        rows = super().get_queryset().select_related("commitment", "cycle", "on_behalf_of", "superseded_by")
        return rows.defer("commitment__search", "superseded_by__search")

    def find(self, dataset):
        super().find(dataset)
        references = set(map(reference_in, dataset["commitment"]))
        self.running = by_reference(self.row_choices.running(), references)
        named = set(map(reference_in, dataset["superseded_by"])) - {""}
        self.successors = by_reference(self.row_choices.successors(), named)
        about = self.get_queryset().filter(commitment__in=[row.pk for row in self.running.values()])
        expected = about.blank().filter(cycle__isnull=False).select_for_update(of=("self",))
        self.expected = {(row.commitment.reference, fold_text(row.cycle.title)): row for row in expected}
        self.voluntary = {row.commitment_id: row.pk for row in about.filter(cycle__isnull=True)}

    def existing_row(self, row):
        """Return the report by its number, or a blank expected report by commitment and cycle."""
        if row["id"].strip():
            return super().existing_row(row)
        reference, title = reference_in(row["commitment"]), fold_text(row["cycle"])
        return self.expected.get((reference, title))

    def problems_of(self, instance, row, number, cell_errors):
        yield from super().problems_of(instance, row, number, cell_errors)
        yield from self.problems_of_rules(instance, cell_errors)
        if instance.pk and not row["id"].strip() and (first := self.once(number, "id", str(instance.pk))):
            yield "cycle", has_this_already(first)
        if not instance.pk and instance.commitment_id and not row["id"].strip():
            yield from self.problems_of_new(instance, number, cell_errors)

    def problems_of_new(self, instance, number, cell_errors):
        if instance.cycle_id:
            yield (
                "cycle",
                _(
                    "No report is waiting here for its first words: leave the cycle empty, or give the id and version"
                    " of the report that was begun, as the export has them."
                ),
            )
        elif "cycle" in cell_errors:
            return
        elif first := self.once(number, "unasked", instance.commitment_id):
            yield "commitment", has_this_already(first)
        elif standing := self.voluntary.get(instance.commitment_id):
            yield "commitment", _("Report %(id)d on this is a draft already: change that one.") % {"id": standing}

    def write(self, instance):
        """Save a row. A new report without an agency is written for the lead, if the person acts for it."""
        lead = instance.commitment.lead_agency
        if instance._state.adding and instance.on_behalf_of is None and lead:
            instance.on_behalf_of = self.row_choices.own_agencies.get(lead.code)
        super().write(instance)


RESOURCES = {resource.name: resource for resource in (CommitmentResource, MilestoneResource, ReportResource)}
