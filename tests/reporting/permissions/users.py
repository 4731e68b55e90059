"""The users for the roles of the permission table, who leads as they see it, and a row for each of its cells."""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from commitments.models import Commitment
from reporting.models import Answer, Assessment, ProgressReport
from tests.reporting.permissions.permission_table import CASES, ROLES
from tests.support.factories import (
    AgencyFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    MembershipFactory,
    ParticipationFactory,
    ProgressReportFactory,
    UserFactory,
    WorkGroupFactory,
    focal_point,
    in_group,
    published_report,
)

MODELS = {"commitment": Commitment, "progressreport": ProgressReport, "assessment": Assessment, "answer": Answer}
# The text by which a row is recognised wherever it shows, and changed where it may be.
TEXT = {"commitment": "title", "progressreport": "achieved", "assessment": "text", "answer": "text"}
AGENCIES = {"ilo": "ILO", "iom": "IOM", "ohchr": "OHCHR", "undesa": "UN DESA", "assessing": "Assessing"}


class Cast:
    """Agencies, groups, and the people of the roles.

    OHCHR is a member of data-and-research without leading it, and leads stranded-migrants.
    """

    def __init__(self):
        self.ilo, self.iom, self.ohchr, self.undesa, self.assessing = (
            AgencyFactory(code=code, acronym=acronym, position=position)
            for position, (code, acronym) in enumerate(AGENCIES.items(), start=1)
        )
        self.data_and_research = self.group("data-and-research", co_chair=[self.undesa, self.iom], member=[self.ohchr])
        self.decent_work = self.group("decent-work", co_convener=[self.ilo, self.iom])
        self.stranded_migrants = self.group("stranded-migrants", co_convener=[self.ohchr])
        self.people = {role: self._person(role) for role in ROLES}

    def group(self, slug, **participants):
        group = WorkGroupFactory(slug=slug)
        for role, agencies in participants.items():
            for agency in agencies:
                ParticipationFactory(workgroup=group, agency=agency, role=role)
        return group

    def _person(self, role: str) -> User | AnonymousUser:
        match role:
            case "anonymous":
                return AnonymousUser()
            case "outsider":
                return UserFactory(username=role)
            case "administrator":
                return UserFactory(username=role, is_superuser=True, is_staff=True)
            case "secretariat":
                return in_group(UserFactory(username=role), "secretariat")
            case "acting_administrator":
                acting = UserFactory(username=role, is_superuser=True, is_staff=True)
                return MembershipFactory(user=acting, agency=self.ohchr).user
            case "secretary":
                acting = in_group(UserFactory(username=role), "secretariat")
                return MembershipFactory(user=acting, agency=self.ohchr).user
            case "former":
                former = focal_point(self.ohchr, role)
                former.memberships.update(ends_on=date(2014, 1, 1))
                return former
        agencies = {
            "group_lead": self.undesa,
            "own_alternate": self.undesa,
            "other_co_chair": self.iom,
            "assessor": self.assessing,
        }
        membership = "alternate" if role in ("alternate", "own_alternate") else "focal_point"
        return focal_point(agencies.get(role, self.ohchr), role, role=membership)

    def leads(self, role: str, whose: str) -> dict | None:
        """Return the lead fields of a commitment from the view of a role; None for an assessor without either.

        `author` wrote the row itself. Of an assessment they are who assesses, but for own_lead, co_led and partnered.
        """
        match whose:
            case "own_agency":
                return {"lead_agency": self.undesa if role == "group_lead" else self.ohchr}
            case "other_agency":
                return {"lead_agency": self.ilo}
            case "co_leader":
                return {"lead_agency": self.iom}
            case "own_group" | "joined_group":
                return {"workgroup": self.data_and_research}
            case "other_group":
                return {"workgroup": self.decent_work}
            case "independent":
                return None
            case "partnered":
                return {"lead_agency": self.ilo, "partners": [self.ohchr]}
            case "co_chairs_words":
                return {"workgroup": self.data_and_research, "author": self.people["group_lead"]}
            case "own_lead":
                return {"commitment": {"lead_agency": self.ohchr}}
            case "co_led":
                return {"commitment": {"workgroup": self.stranded_migrants}}
        raise LookupError(whose)


class World(Cast):
    """The cast, and a row in each state for each of those who lead, recognised by words of its own.

    Of all kinds, or of some. The reports of a lead and the answers to assessments of others are of its published
    commitment. The assessor acts for an agency that co-chairs the group of what is answered, and did not when it
    assessed.
    """

    def __init__(self, *kinds: str):
        super().__init__()
        kinds = kinds or tuple(MODELS)
        self.assessed = CommitmentFactory(title="What most assessments are of")
        self.rows = {}
        self.published = {}
        for kind, role, whose, policy in CASES:
            for state in policy if kind in kinds else ():
                key = self.key(kind, role, whose, state)
                if key not in self.rows:
                    self.rows[key] = self._row(key, role, whose)
        for whose in ("other_agency", "own_group") if "answer" in kinds else ():
            group = self.row("answer", "assessor", whose, "draft").commitment.workgroup
            if group:
                ParticipationFactory(workgroup=group, agency=self.assessing, role="co_chair")

    @staticmethod
    def key(kind: str, role: str, whose: str, state: str) -> tuple[str, str, str]:
        """Return the key of the row of a cell: several cells may be of the same row."""
        lead = {("group_lead", "own_agency"): "own_agency_of_group_lead"}.get((role, whose), whose)
        if role == "assessor":
            lead = f"{whose}_assessed"
        return kind, "own_group" if lead == "joined_group" else lead, state

    def row(self, kind: str, role: str, whose: str, state: str):
        return self.rows[self.key(kind, role, whose, state)]

    def _row(self, key, role, whose):
        kind, lead, state = key
        words = "Secret " + "-".join(key)
        fields = self.leads(role, whose)
        author = {"author": fields.pop("author")} if fields and "author" in fields else {}
        if kind == "commitment":
            return self._commitment(lead, state, fields, title=words, **author)
        if kind == "assessment":
            return self._assessment(lead, state, fields, text=words, **author)
        commitment = self._published(lead, fields)
        if kind == "answer":
            return self._answer(state, commitment, role, text=words, **author)
        if state == "published":
            return published_report(commitment, achieved=words, **author)
        return ProgressReportFactory(commitment=commitment, achieved=words, **author, **{state: True})

    def _commitment(self, lead, state, fields, **words):
        if state != "published":
            return CommitmentFactory(**{state: True}, **fields, **words)
        self.published[lead] = CommitmentFactory(**fields, **words)
        return self.published[lead]

    def _published(self, lead, fields):
        if lead not in self.published:
            self.published[lead] = CommitmentFactory(**fields)
        return self.published[lead]

    def _assessment(self, lead, state, fields, **words):
        facts = {"commitment": self.assessed}
        if fields is None:
            facts |= {"assessor_kind": "independent", "agency": None, "assessor_name": "A university"}
        elif "commitment" in fields or "partners" in fields:
            facts = {"commitment": self._published(lead, fields.get("commitment", fields))}
        elif "workgroup" in fields:
            facts |= {"assessor_kind": "group_lead", "agency": None, **fields}
        else:
            facts |= {"agency": fields["lead_agency"]}
        return AssessmentFactory(**facts, **words, **({"public": True} if state == "published" else {state: True}))

    def _answer(self, state, commitment, role, **words):
        """An answer to an assessment of an agency of its own, or of the assessor's."""
        criteria = {"assessment__commitment": commitment}
        if role == "assessor":
            criteria["assessment__agency"] = self.assessing
        return AnswerFactory(**criteria, **words, **({"public": True} if state == "published" else {state: True}))
