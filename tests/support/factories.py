"""Factories, one for each model. A plain call creates the smallest valid row; traits and helpers add to it.

A commitment is published unless `draft=True`, `submitted=True`, `sent_back=True` or `withdrawn=True`. A report and an
assessment are drafts unless a trait is given. The database protects published rows, also their evidence, so create a
published report by `published_report()`, which writes the report and its evidence first.

`many()` and `many_published_reports()` create hundreds of rows in a few statements.
"""

from datetime import UTC, date, datetime, timedelta

import factory
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone
from factory.django import DjangoModelFactory
from simple_history.utils import bulk_update_with_history

from accounts.models import AccessToken, Invitation, Membership, User
from accounts.permissions import SECRETARIAT
from agencies.models import Agency, ChairTerm, FormerName
from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement
from commitments.models import Commitment, Milestone, Partner, Stakeholder
from foundation.dates.partial import PartialDate
from gmg_portal.models import AuditEntry, Edition, IdempotencyRecord
from recommendations.models import Recommendation
from reporting import actions
from reporting.models import (
    Answer,
    Assessment,
    AutosavedForm,
    Contribution,
    Correction,
    Digest,
    Evidence,
    Notification,
    ProgressReport,
    ReportingCycle,
    StatusChange,
)
from workgroups.models import Participation, WorkGroup, WorkPlan

PASSWORD = "a long password of the tests"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of every authenticator app of the tests
HLD = date(2013, 10, 4)
PUBLISHED_ON = date(2014, 2, 20)
SUBMITTED_AT = datetime(2014, 3, 1, 12, tzinfo=UTC)
REVIEWED_AT = datetime(2014, 3, 2, 12, tzinfo=UTC)


def day_precision(field: str) -> factory.LazyAttribute:
    """Return 'day' if the row has a day, else ''."""
    return factory.LazyAttribute(lambda row: "day" if getattr(row, field) else "")


# gmg_portal


class AuditEntryFactory(DjangoModelFactory):
    """A sign-in without a person."""

    class Meta:
        model = AuditEntry

    what = AuditEntry.What.SIGNED_IN


class EditionFactory(DjangoModelFactory):
    """The row of an edition, each of another day, without its files."""

    class Meta:
        model = Edition

    day = factory.Sequence(lambda number: date(2014, 1, 1) + timedelta(days=number))
    published_at = datetime(2014, 6, 30, 12, tzinfo=UTC)
    revision = 1
    files = []
    counts = {}


# agencies


class UserFactory(DjangoModelFactory):
    """A user; an administrator has a second step unless `second_step=False`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username.lower()}@example.org")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def second_step(self, create, wanted, **kwargs):
        if create and (self.is_superuser if wanted is None else wanted):
            with_second_step(self)


def with_second_step(user: User) -> User:
    """Add an authenticator app to a user."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, TOTP_SECRET)
    return user


class AgencyFactory(DjangoModelFactory):
    class Meta:
        model = Agency

    code = factory.Sequence(lambda n: f"agency-{n}")
    acronym = factory.LazyAttribute(lambda agency: agency.code.upper())
    name = factory.LazyAttribute(lambda agency: f"Organization {agency.acronym}")


class ChairTermFactory(DjangoModelFactory):
    """A term of the year 2014; a second one needs other days."""

    class Meta:
        model = ChairTerm

    agency = factory.SubFactory(AgencyFactory)
    starts_on = date(2014, 1, 1)
    ends_on = date(2014, 12, 31)


class FormerNameFactory(DjangoModelFactory):
    """A name until the end of 2015; a second one needs another day."""

    class Meta:
        model = FormerName

    agency = factory.SubFactory(AgencyFactory)
    acronym = "OLD"
    name = "Organization of Old"
    until = date(2015, 12, 31)


class MembershipFactory(DjangoModelFactory):
    """A focal point since the Dialogue, with no end."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    agency = factory.SubFactory(AgencyFactory)
    starts_on = HLD


def focal_point(agency: Agency, username: str, role: str = Membership.Role.FOCAL_POINT) -> User:
    """Create a user with a membership of the agency."""
    return MembershipFactory(user=UserFactory(username=username), agency=agency, role=role).user


class InvitationFactory(DjangoModelFactory):
    """A sent, open invitation, valid for a week from now; for its link set `digest=actions.token_digest(token)`."""

    class Meta:
        model = Invitation

    email = factory.Sequence(lambda n: f"invited-{n}@example.org")
    agency = factory.SubFactory(AgencyFactory)
    digest = factory.Sequence(lambda n: f"{n:064}")
    sent_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda invitation: invitation.sent_at + timedelta(days=7))


class AccessTokenFactory(DjangoModelFactory):
    """A token of the widest scope, valid for thirty days; `token.secret` is its secret, set only in tests."""

    class Meta:
        model = AccessToken

    agency = factory.SubFactory(AgencyFactory)
    made_by = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"System {n}")
    scope = AccessToken.Scope.SUBMIT
    created = factory.LazyFunction(timezone.now)
    expiry_date = factory.LazyAttribute(lambda token: token.created + timedelta(days=30))

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        token = model_class(**kwargs)
        secret = model_class.objects.assign_key(token)
        token.prefix = kwargs.get("prefix", token.prefix)
        token.save()
        token.secret = secret
        return token


class IdempotencyRecordFactory(DjangoModelFactory):
    """A stored response to a request of now."""

    class Meta:
        model = IdempotencyRecord

    token = factory.SubFactory(AccessTokenFactory)
    key = factory.Sequence(lambda n: f"key-{n}")
    status = 201


def in_group(user: User, name: str, second_step: bool = True) -> User:
    """Add a user to a group, with a second step if the group needs one."""
    user.groups.add(Group.objects.get_or_create(name=name)[0])
    return with_second_step(user) if name == SECRETARIAT and second_step else user


# agenda


class AgendaPointFactory(DjangoModelFactory):
    """A point numbered from 101, apart from the eight real points."""

    class Meta:
        model = AgendaPoint

    number = factory.Sequence(lambda n: 101 + n)
    title = factory.LazyAttribute(lambda point: f"Point {point.number}")


class FrameworkFactory(DjangoModelFactory):
    class Meta:
        model = Framework

    code = factory.Sequence(lambda n: f"framework-{n}")
    title = factory.LazyAttribute(lambda framework: framework.code.title())


class AlignmentFactory(DjangoModelFactory):
    class Meta:
        model = Alignment

    framework = factory.SubFactory(FrameworkFactory)
    point = factory.SubFactory(AgendaPointFactory)
    strength = Alignment.Strength.TICKED


class StatementFactory(DjangoModelFactory):
    class Meta:
        model = Statement

    section = Statement.Section.MANDATE
    position = factory.Sequence(lambda n: 1 + n)
    text = "promote coherent approaches to migration"


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    slug = factory.Sequence(lambda n: f"event-{n}")
    title = factory.LazyAttribute(lambda event: event.slug.title())
    starts_on = date(2014, 5, 14)


# workgroups


class WorkGroupFactory(DjangoModelFactory):
    class Meta:
        model = WorkGroup

    slug = factory.Sequence(lambda n: f"group-{n}")
    kind = WorkGroup.Kind.WORKING_GROUP
    title = factory.LazyAttribute(lambda group: group.slug.title())


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = Participation

    workgroup = factory.SubFactory(WorkGroupFactory)
    agency = factory.SubFactory(AgencyFactory)


class WorkPlanFactory(DjangoModelFactory):
    class Meta:
        model = WorkPlan

    slug = factory.Sequence(lambda n: f"plan-{n}")
    title = factory.LazyAttribute(lambda plan: plan.slug.title())
    starts_on = date(2013, 1, 1)
    ends_on = date(2015, 12, 31)


# recommendations


class RecommendationFactory(DjangoModelFactory):
    class Meta:
        model = Recommendation
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"OPS-{100 + n}")
    level = Recommendation.Level.OPERATIONAL
    text = factory.LazyAttribute(lambda recommendation: f"Wording of {recommendation.code}")

    @factory.post_generation
    def agenda_points(self, create, points, **kwargs):
        if points:
            self.agenda_points.set(points)


# commitments


class StakeholderFactory(DjangoModelFactory):
    class Meta:
        model = Stakeholder

    name = factory.Sequence(lambda n: f"Stakeholder {n}")
    kind = Stakeholder.Kind.CIVIL_SOCIETY


class ReviewedFactory(DjangoModelFactory):
    """The review state with its people and times; published rows with an author are reviewed."""

    class Meta:
        abstract = True

    class Params:
        draft = factory.Trait(state="draft", published_on=None)
        submitted = factory.Trait(
            state="submitted",
            published_on=None,
            author=factory.SubFactory(UserFactory),
            submitted_by=factory.SelfAttribute("author"),
            submitted_at=SUBMITTED_AT,
        )
        sent_back = factory.Trait(
            state="sent_back",
            published_on=None,
            author=factory.SubFactory(UserFactory),
            submitted_by=factory.SelfAttribute("author"),
            submitted_at=SUBMITTED_AT,
            reviewed_by=factory.SubFactory(UserFactory),
            reviewed_at=REVIEWED_AT,
            review_note="Name the source.",
        )

    state = "draft"
    author = None
    reviewed_by = factory.LazyAttribute(
        lambda row: UserFactory() if row.author and row.state in ("published", "withdrawn") else None
    )
    reviewed_at = factory.LazyAttribute(
        lambda row: REVIEWED_AT if row.author and row.state in ("published", "withdrawn") else None
    )
    published_precision = day_precision("published_on")


class CommitmentFactory(ReviewedFactory):
    """A published commitment, led by a new agency unless `lead_agency` or `workgroup` is given."""

    class Meta:
        model = Commitment
        skip_postgeneration_save = True

    class Params:
        withdrawn = factory.Trait(state="withdrawn", withdrawn_on=date(2014, 9, 1), withdrawn_reason="Entered twice.")

    state = "published"
    published_on = PUBLISHED_ON
    title = factory.Sequence(lambda n: f"Undertaking {n}")
    summary = "What is undertaken, in a few lines."
    kind = Commitment.Kind.PROGRAMME
    workgroup = None
    lead_agency = factory.Maybe("workgroup", None, factory.SubFactory(AgencyFactory))
    start_precision = day_precision("start_on")
    deadline_precision = day_precision("deadline_on")
    start_on = None
    deadline_on = None
    source_title = "Initiatives to follow up the 2013 High-level Dialogue"
    source_location = "https://example.org/source"

    @factory.post_generation
    def agenda_points(self, create, points, **kwargs):
        if points:
            self.agenda_points.set(points)

    @factory.post_generation
    def recommendations(self, create, recommendations, **kwargs):
        if recommendations:
            self.recommendations.set(recommendations)

    @factory.post_generation
    def stakeholders(self, create, stakeholders, **kwargs):
        if stakeholders:
            self.stakeholders.set(stakeholders)

    @factory.post_generation
    def partners(self, create, agencies, **kwargs):
        for agency in agencies or ():
            PartnerFactory(commitment=self, agency=agency)


class PartnerFactory(DjangoModelFactory):
    class Meta:
        model = Partner

    commitment = factory.SubFactory(CommitmentFactory)
    agency = factory.SubFactory(AgencyFactory)
    part = "Trains the trainers."


class MilestoneFactory(DjangoModelFactory):
    class Meta:
        model = Milestone

    commitment = factory.SubFactory(CommitmentFactory)
    title = factory.Sequence(lambda n: f"Step {n}")
    deadline_on = None
    deadline_precision = day_precision("deadline_on")
    met_on = None
    met_precision = day_precision("met_on")


class ReportingCycleFactory(DjangoModelFactory):
    """A cycle of the second half of 2014, not opened; `opened=True` opens it without expected reports."""

    class Meta:
        model = ReportingCycle

    class Params:
        opened = factory.Trait(opened_on=factory.SelfAttribute("opens_on"))

    title = factory.Sequence(lambda n: f"Cycle {n}")
    opens_on = date(2014, 7, 1)
    due_on = date(2014, 8, 31)
    closes_on = date(2014, 12, 31)


class ProgressReportFactory(ReviewedFactory):
    """A draft ready to be submitted; `blank=True` is an expected, empty one. See `published_report()`."""

    class Meta:
        model = ProgressReport

    class Params:
        blank = factory.Trait(status="", achieved="")

    commitment = factory.SubFactory(CommitmentFactory)
    published_on = None
    status = "in_progress"
    achieved = "The first courses were held."


class EvidenceFactory(DjangoModelFactory):
    """A public publication; its report is a draft."""

    class Meta:
        model = Evidence

    report = factory.SubFactory(ProgressReportFactory)
    kind = Evidence.Kind.PUBLICATION
    title = factory.Sequence(lambda n: f"Evidence {n}")
    url = factory.Sequence(lambda n: f"https://example.org/evidence/{n}")
    issued_on = None
    issued_precision = day_precision("issued_on")


class ContributionFactory(DjangoModelFactory):
    """A partner's part in a draft; the agency is made a partner of the commitment."""

    class Meta:
        model = Contribution

    report = factory.SubFactory(ProgressReportFactory)
    agency = factory.SubFactory(AgencyFactory)
    text = "Trained forty trainers."

    @classmethod
    def _create(cls, model, *args, report, agency, **fields):
        if not report.commitment.partners.filter(agency=agency).exists():
            PartnerFactory(commitment=report.commitment, agency=agency)
        return super()._create(model, *args, report=report, agency=agency, **fields)


class StatusChangeFactory(DjangoModelFactory):
    """A bare row of the status history; `published_report()` creates a real one."""

    class Meta:
        model = StatusChange

    report = factory.SubFactory(ProgressReportFactory)
    commitment = factory.SelfAttribute("report.commitment")
    to_status = factory.SelfAttribute("report.status")
    changed_on = date(2014, 6, 30)
    changed_precision = "day"


class AssessmentFactory(ReviewedFactory):
    """A peer agency's draft; `public=True` is published."""

    class Meta:
        model = Assessment

    class Params:
        public = factory.Trait(state="published", published_on=date(2014, 10, 1))

    commitment = factory.SubFactory(CommitmentFactory)
    published_on = None
    assessor_kind = Assessment.AssessorKind.PEER_AGENCY
    agency = factory.SubFactory(AgencyFactory)
    finding = Assessment.Finding.AGREES
    text = "The courses were visited."


class AnswerFactory(ReviewedFactory):
    """A draft of the lead's, to a peer agency's published dissent; `public=True` is published."""

    class Meta:
        model = Answer

    class Params:
        public = factory.Trait(state="published", published_on=date(2014, 10, 15))

    assessment = factory.SubFactory(AssessmentFactory, public=True, finding="disagrees")
    published_on = None
    text = "The courses were held in another place."


class CorrectionFactory(DjangoModelFactory):
    """An open note from a reader with a mail address; `settled=True` is answered."""

    class Meta:
        model = Correction

    class Params:
        settled = factory.Trait(
            state="answered",
            answer="Corrected, with thanks.",
            address="",
            settled_by=factory.SubFactory(UserFactory),
            settled_at=REVIEWED_AT,
        )

    commitment = factory.SubFactory(CommitmentFactory)
    text = "The link to the source is broken."
    address = "reader@example.org"


class DigestFactory(DjangoModelFactory):
    class Meta:
        model = Digest

    user = factory.SubFactory(UserFactory)
    day = date(2014, 7, 2)


class NotificationFactory(DjangoModelFactory):
    """An unsent notification that a commitment was published."""

    class Meta:
        model = Notification

    recipient = factory.SubFactory(UserFactory)
    kind = Notification.Kind.PUBLISHED
    commitment = factory.SubFactory(CommitmentFactory)


class AutosavedFormFactory(DjangoModelFactory):
    """Autosaved fields of a new report's form; `row` and `version` identify an existing one."""

    class Meta:
        model = AutosavedForm

    user = factory.SubFactory(UserFactory)
    form = AutosavedForm.Form.REPORT
    fields = factory.LazyFunction(lambda: {"achieved": ["Typed and not saved."]})


def run_deferred_triggers() -> None:
    """Run deferred triggers now, as at the end of a transaction; later statements count as a new transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT set_config('portal.revision_moved_in', '', true)")


def corrected(row, **fields):
    """Change a row's values and save it with a history record, without which the database refuses public rows."""
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return row


def published_report(
    commitment: Commitment | None = None,
    *,
    on: str = "2014-06-30",
    evidence: list[Evidence] | None = None,
    parts: dict[Agency, str] | None = None,
    **fields,
) -> ProgressReport:
    """Create a report published on a day ('2014', '2014-06' or '2014-06-30'), with one public publication.

    `evidence` takes rows of `EvidenceFactory.build(report=None)`; `parts` holds partners' contributions by agency. The
    commitment is updated and refreshed, and the status history gets a row. Create the reports of one commitment in the
    order of their days.
    """
    commitment = commitment or CommitmentFactory()
    if fields.get("author"):
        fields = {"reviewed_by": UserFactory(), "reviewed_at": REVIEWED_AT, **fields}
    report = ProgressReportFactory.build(commitment=commitment, **fields)
    if parts:
        report.save()
    for agency, text in (parts or {}).items():
        ContributionFactory(report=report, agency=agency, text=text)
    pieces = [EvidenceFactory.build(report=None)] if evidence is None else evidence
    report = actions.record_past_report(report, pieces, on=PartialDate.parse(on))
    commitment.refresh_from_db()
    return report


# Bulk creation


class Each(factory.Iterator):
    """Values of a field that differ by row, one for each row of `many()`."""

    def __init__(self, values):
        super().__init__(values, cycle=False)
        self.values = values


def many(made_by: type[DjangoModelFactory], count: int, **fields) -> list:
    """Create rows like `create_batch`, in a few statements. Related rows must exist."""
    model = made_by._meta.model
    sets = {field: fields.pop(field.name) for field in model._meta.many_to_many if field.name in fields}
    made = model.objects.bulk_create(made_by.build_batch(count, **fields))
    rows = list(model.objects.filter(pk__in=[row.pk for row in made]).order_by("pk"))  # with what the database adds
    for field, value in sets.items():
        through, here, there = field.remote_field.through, field.m2m_field_name(), field.m2m_reverse_field_name()
        others = value.values if isinstance(value, Each) else [value] * count
        pairs = [(row, other) for row, of_row in zip(rows, others, strict=True) for other in of_row]
        through.objects.bulk_create(through(**{here: row, there: other}) for row, other in pairs)
    lines = model.history.bulk_history_create(rows, default_change_reason=None)
    _note_sets(model, sets, lines)
    return rows


def _note_sets(model, fields, lines: list) -> None:
    """Add the many-to-many sets to history records, as for rows created one by one."""
    line_of = {line.id: line for line in lines}
    for field in fields:
        history_model, own = getattr(model.history.model, field.name).model, field.m2m_column_name()
        links = field.remote_field.through.objects.filter(**{f"{own}__in": line_of}).values()
        history_model.objects.bulk_create(history_model(history=line_of[link[own]], **link) for link in links)


def many_published_reports(commitments: list[Commitment], on: str = "2014-06-30", **fields) -> list[ProgressReport]:
    """Create a published report for each commitment without reports, in a few statements."""
    day = PartialDate.parse(on)
    reports = many(ProgressReportFactory, len(commitments), commitment=Each(commitments), **fields)
    many(EvidenceFactory, len(reports), report=Each(reports))
    for report in reports:
        report.state, report.number = "published", 1
        report.published_on, report.published_precision = day.day, day.precision
    ProgressReport.objects.bulk_update(reports, ["state", "number", "published_on", "published_precision"])
    ProgressReport.history.bulk_history_create(reports, update=True, default_change_reason=actions.LOAD)
    status, outlook = reports[0].status, reports[0].outlook
    for commitment in commitments:
        commitment.status, commitment.outlook = status, outlook
    bulk_update_with_history(commitments, Commitment, ["status", "outlook"], default_change_reason=actions.LOAD)
    lines = Commitment.history.filter(id__in=[commitment.pk for commitment in commitments])
    newest = lines.order_by("id", "-history_id").distinct("id")
    _note_sets(Commitment, Commitment.history.model._history_m2m_fields, list(newest))
    StatusChange.objects.bulk_create(
        StatusChange(
            commitment=report.commitment,
            report=report,
            to_status=status,
            changed_on=day.day,
            changed_precision=day.precision,
        )
        for report in reports
    )
    return reports
