"""Each rule is refused alike by a form, the drafts API, an import and an action: one sentence, at one field."""

from dataclasses import dataclass, field
from datetime import date
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict, modelform_factory
from django.urls import reverse

from commitments.models import Commitment
from commitments.rules import STATUS_RULES
from foundation.dates.partial import PartialDate
from gmg_portal.editors.forms.assessment import AssessmentForm
from gmg_portal.editors.spreadsheets.resources import CommitmentResource, ReportResource
from reporting import actions, rules
from reporting.models import Answer, Assessment, Contribution, ProgressReport, ReportingCycle
from reporting.rules.assessment import ASSESSOR_FIELDS, writer_has_no_stake
from tests.gmg_portal.api.agency_systems import system_for
from tests.gmg_portal.editors.spreadsheets.importing import sent
from tests.gmg_portal.editors.spreadsheets.test_problems import GOOD
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    ParticipationFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    WorkGroupFactory,
    corrected,
    focal_point,
    published_report,
)
from tests.support.form_filling import filled, problems

pytestmark = pytest.mark.django_db


def named(table: str) -> dict[str, rules.Rule]:
    return {rule.name: rule for rule in rules.RULES[table]}


REPORT, ASSESSMENT = named("reporting.ProgressReport"), named("reporting.Assessment")
COMMITMENT, ANSWER = named("commitments.Commitment"), named("reporting.Answer")


def test_every_rule_has_a_name_a_field_of_its_table_and_a_sentence_of_its_own():
    models = {model._meta.label: model for model in (Commitment, ProgressReport, Contribution, Assessment, Answer)}
    for table, declared in rules.RULES.items():
        names = {each.name for each in models[table]._meta.get_fields()}
        assert {rule.field for rule in declared} <= names
        assert len({rule.name for rule in declared}) == len(declared)
    sentences = [str(rule.sentence) for declared in rules.RULES.values() for rule in declared]
    one_for_each_assessor = 2 * (len(ASSESSOR_FIELDS) - 1)
    assert len(set(sentences)) == len(sentences) - one_for_each_assessor


# Reports


@dataclass
class Broken:
    """A way to break a rule: values of a report, with `SUCCESSOR` for the other commitment, and evidence."""

    values: dict = field(default_factory=dict)
    evidence: list[dict] = field(default_factory=list)
    params: dict = field(default_factory=dict)


JUNE, MAY = date(2014, 6, 1), date(2014, 5, 1)
ASSESSOR = ["commitment", "assessor_kind", *ASSESSOR_FIELDS.values()]
SUCCESSOR = object()
BROKEN_IN_DRAFTS = {
    "discontinued_with_reason": Broken({"status": "discontinued", "status_reason": " "}),
    "superseded_with_successor": Broken({"status": "superseded"}),
    "successor_only_if_superseded": Broken({"status": "in_progress", "superseded_by": SUCCESSOR}),
    "successors_form_no_circle": Broken({"status": "superseded", "superseded_by": SUCCESSOR}),
    "period_in_order": Broken(
        {"period_start": date(2014, 7, 1), "period_end": date(2014, 6, 30)},
        params={"start": "1 July 2014", "end": "30 June 2014"},
    ),
}
BROKEN_AT_SUBMISSION = {
    "commitment_published": Broken(),
    "cycle_takes_reports": Broken(),
    "status_chosen": Broken({"status": ""}),
    "says_what_was_achieved": Broken({"achieved": " "}),
    "successor_published": Broken({"status": "superseded", "superseded_by": SUCCESSOR}),
    "completed_with_public_evidence": Broken({"status": "completed"}, [{"is_public": False}]),
    "more_than_announced": Broken({"status": "ongoing"}, [{"kind": "announcement"}]),
}


def test_every_rule_of_reports_is_tried():
    assert {name for name, rule in REPORT.items() if rule.in_drafts} == set(BROKEN_IN_DRAFTS)
    assert {name for name, rule in REPORT.items() if not rule.in_drafts} == set(BROKEN_AT_SUBMISSION)


@pytest.fixture
def successor(ilo, commitment, request):
    """A commitment of ILO's; for the rule on circles, one that the first commitment took the place of."""
    other = CommitmentFactory(lead_agency=ilo, title="Renewed programme")
    if "successors_form_no_circle" in request.node.callspec.params.values():
        published_report(other, status="superseded", superseded_by=commitment, status_reason="Renewed.")
        other.refresh_from_db()
    return other


def sentence_of(name, commitment, successor) -> str:
    params = BROKEN_IN_DRAFTS[name].params if name in BROKEN_IN_DRAFTS else {}
    if name == "successors_form_no_circle":
        chain = f"{successor.reference} → {commitment.reference}"
        params = {"successor": successor.reference, "reference": commitment.reference, "chain": chain}
    sentence = str(REPORT[name].sentence)
    return sentence % params if params else sentence


def values_of(broken: Broken, successor) -> dict:
    return {name: successor if value is SUCCESSOR else value for name, value in broken.values.items()}


def as_text(values: dict, key: str) -> dict[str, str]:
    """Return values as a form, a body or a file has them; `key` is the attribute that names a commitment."""
    return {name: str(getattr(value, key, value)) for name, value in values.items()}


def draft_with(commitment, successor, broken: Broken, name: str) -> ProgressReport:
    """Return a stored draft that breaks a rule of submission."""
    values = values_of(broken, successor)
    if name == "cycle_takes_reports":
        values["cycle"] = ReportingCycleFactory(opened=True)
    report = ProgressReportFactory(commitment=commitment, **values)
    for piece in broken.evidence:
        EvidenceFactory(report=report, **piece)
    if name == "cycle_takes_reports":
        ReportingCycle.objects.update(closed_on=date(2014, 12, 31))
    if name in ("commitment_published", "successor_published"):
        row = commitment if name == "commitment_published" else successor
        corrected(row, state="withdrawn", withdrawn_on=date(2014, 9, 1), withdrawn_reason="Entered twice.")
    return ProgressReport.objects.get(pk=report.pk)


def page_of(report) -> str:
    return reverse("admin:reporting_progressreport_change", args=[report.pk])


@pytest.mark.parametrize("name", first_fast(BROKEN_IN_DRAFTS))
def test_rule_of_drafts_is_refused_by_an_action(name, commitment, successor):
    report = ProgressReportFactory(commitment=commitment)
    for attribute, value in values_of(BROKEN_IN_DRAFTS[name], successor).items():
        setattr(report, attribute, value)

    with pytest.raises(ValidationError) as refusal:
        rules.check(report)

    assert refusal.value.message_dict == {REPORT[name].field: [sentence_of(name, commitment, successor)]}


@pytest.mark.parametrize("name", first_fast(BROKEN_IN_DRAFTS))
def test_rule_of_drafts_is_refused_by_the_form(name, commitment, successor, client, ilo_focal_point):
    client.force_login(ilo_focal_point)
    report = ProgressReportFactory(commitment=commitment)
    typed = as_text(values_of(BROKEN_IN_DRAFTS[name], successor), "pk")

    answer = client.post(page_of(report), filled(client.get(page_of(report)), **typed))

    assert problems(answer) == {REPORT[name].field: [sentence_of(name, commitment, successor)]}


@pytest.mark.parametrize("name", first_fast(BROKEN_IN_DRAFTS))
def test_rule_of_drafts_is_refused_by_the_api(name, commitment, successor, client, ilo, ilo_focal_point):
    body = as_text(values_of(BROKEN_IN_DRAFTS[name], successor), "reference")

    answer = system_for(client, ilo_focal_point, ilo).begin(commitment, **body)

    assert answer.status_code == 422
    faults = {fault["field"]: fault["detail"] for fault in answer.json()["errors"]}
    assert faults == {REPORT[name].field: sentence_of(name, commitment, successor)}


@pytest.mark.parametrize("name", first_fast(BROKEN_IN_DRAFTS))
def test_rule_of_drafts_is_refused_by_an_import(name, commitment, successor, ilo_focal_point):
    cells = as_text(values_of(BROKEN_IN_DRAFTS[name], successor), "reference")

    refusals = sent(ilo_focal_point, ReportResource, {"commitment": commitment.reference} | cells)

    assert refusals == {REPORT[name].field: sentence_of(name, commitment, successor)}


@pytest.mark.parametrize("name", first_fast(BROKEN_AT_SUBMISSION))
def test_rule_of_submission_is_refused_by_an_action(name, commitment, successor, administrator):
    report = draft_with(commitment, successor, BROKEN_AT_SUBMISSION[name], name)

    with pytest.raises(ValidationError) as refusal:
        actions.submit(report, by=administrator)

    assert refusal.value.message_dict == {REPORT[name].field: [sentence_of(name, commitment, successor)]}


@pytest.mark.parametrize("name", first_fast(BROKEN_AT_SUBMISSION))
def test_rule_of_submission_is_refused_by_the_form(name, commitment, successor, client, administrator):
    client.force_login(administrator)
    report = draft_with(commitment, successor, BROKEN_AT_SUBMISSION[name], name)

    page = client.get(page_of(report), {"missing": "1"})

    evidence = [str(error) for inline in page.context["inline_admin_formsets"] for error in inline.non_form_errors()]
    errors = problems(page) | ({"evidence": evidence} if evidence else {})
    assert sentence_of(name, commitment, successor) in errors.get(REPORT[name].field, errors.get("", []))
    assert sum(map(len, errors.values())) == 1


@pytest.mark.parametrize("name", first_fast(BROKEN_AT_SUBMISSION))
def test_rule_of_submission_is_refused_by_the_api(name, commitment, successor, client, ilo, ilo_focal_point):
    report = draft_with(commitment, successor, BROKEN_AT_SUBMISSION[name], name)

    answer = system_for(client, ilo_focal_point, ilo, scope="submit").post(
        f"/api/v1/drafts/{report.draft_code}/submit/"
    )

    assert answer.status_code == 422
    faults = {fault["field"]: fault["detail"] for fault in answer.json()["errors"]}
    assert faults == {REPORT[name].field: sentence_of(name, commitment, successor)}


@pytest.mark.parametrize("name", first_fast(BROKEN_AT_SUBMISSION))
def test_rule_of_submission_is_refused_by_a_load(name, commitment, successor):
    report = draft_with(commitment, successor, BROKEN_AT_SUBMISSION[name], name)

    with pytest.raises(ValidationError) as refusal:
        actions.record_past_report(report, [], on=PartialDate.parse("2014-06"))

    assert refusal.value.message_dict == {REPORT[name].field: [sentence_of(name, commitment, successor)]}


# Commitments


@pytest.mark.parametrize("name", first_fast(COMMITMENT))
def test_rule_of_commitments_is_refused_by_action_form_and_import(name, client, ilo, decent_work, ilo_focal_point):
    """A file has one column for the lead, which can hold none or several; other tests hold its sentences."""
    values, typed, cells = {
        "exactly_one_lead": (
            {"lead_agency": ilo, "workgroup": decent_work},
            {"lead_agency": ilo.pk, "workgroup": decent_work.pk},
            {"lead": f"{ilo.code};{decent_work.slug}"},
        ),
        "deadline_after_start": (
            {
                "start_on": date(2014, 6, 1),
                "start_precision": "month",
                "deadline_on": date(2014, 5, 1),
                "deadline_precision": "day",
            },
            {"start": "2014-06", "deadline": "2014-05-01"},
            {"start_on": "2014-06", "deadline_on": "2014-05-01"},
        ),
        "says_what_is_undertaken": ({"summary": "", "original_text": ""}, None, None),
    }[name]
    rule = COMMITMENT[name]
    draft = CommitmentFactory(draft=True, lead_agency=ilo, deadline_on=date(2014, 3, 1), deadline_precision="month")
    address = reverse("admin:commitments_commitment_change", args=[draft.pk])
    form_field = {"deadline_on": "deadline"}.get(rule.field, rule.field)
    column = {"lead_agency": "lead"}.get(rule.field, rule.field)
    client.force_login(ilo_focal_point)

    if rule.in_drafts:
        posted = client.post(address, filled(client.get(address), **typed))
        assert problems(posted) == {form_field: [str(rule.sentence)]}
        assert sent(ilo_focal_point, CommitmentResource, GOOD | cells) == {column: str(rule.sentence)}
    for attribute, value in values.items():
        setattr(draft, attribute, value)
    with pytest.raises(ValidationError) as refusal:
        rules.check(draft)
    assert refusal.value.message_dict == {rule.field: [str(rule.sentence)]}


# Assessments and answers


def assessments(commitment, agency, group, name) -> Assessment:
    """Return an unsaved assessment that breaks a rule."""
    assessment = AssessmentFactory(draft=True, commitment=commitment)
    kinds = {field: kind for kind, field in ASSESSOR_FIELDS.items()}
    lead = commitment.lead_agency
    ways = {
        **{f"{field}_named": partial(dict, assessor_kind=kind, agency=None) for field, kind in kinds.items()},
        "agency_empty": lambda: {"assessor_kind": "independent", "assessor_name": "A. Assessor", "agency": agency},
        "workgroup_empty": lambda: {"workgroup": group},
        "assessor_name_empty": lambda: {"assessor_name": "A. Assessor"},
        "commitment_published": lambda: {"commitment": CommitmentFactory(draft=True)},
        "group_does_not_lead": lambda: by_group(group) | {"commitment": CommitmentFactory(workgroup=group)},
        "agency_has_no_stake": lambda: {"agency": lead},
        "leads_of_group_have_no_stake": lambda: by_group(led_by(lead)),
        "authors_have_no_stake": lambda: {"author": focal_point(lead, "author")},
    }
    values = ways[name]()
    for attribute, value in values.items():
        setattr(assessment, attribute, value)
    return assessment


def by_group(group) -> dict:
    return {"assessor_kind": "group_lead", "agency": None, "workgroup": group}


def led_by(agency):
    return ParticipationFactory(workgroup=WorkGroupFactory(), agency=agency, role="co_chair").workgroup


def assert_follows(sentence: str, rule) -> None:
    """Assert that a sentence is that of a rule, whatever its placeholders hold."""
    parts = str(rule.sentence).replace("%(", "\0%(").split("\0")
    assert all(part.partition(")s")[2] in sentence for part in parts[1:]) and parts[0] in sentence


@pytest.mark.parametrize("name", first_fast(ASSESSMENT))
def test_rule_of_assessments_is_refused_by_an_action(name, commitment, iom, data_and_research):
    assessment = assessments(commitment, iom, data_and_research, name)

    with pytest.raises(ValidationError) as refusal:
        rules.check(assessment)

    (sentence,) = refusal.value.message_dict.pop(ASSESSMENT[name].field)
    assert_follows(sentence, ASSESSMENT[name])
    assert set(refusal.value.message_dict) == {ASSESSMENT[name].field}


ASSESSMENT_FIELDS = [
    "commitment",
    "assessor_kind",
    "agency",
    "workgroup",
    "assessor_name",
    "finding",
    "text",
    "version",
]


def assessment_form(writer, **values):
    """Return the filled-in form of an assessment, which offers every choice."""
    form = modelform_factory(Assessment, form=AssessmentForm, fields=ASSESSMENT_FIELDS)(values)
    form.writer = writer
    return form


@pytest.mark.parametrize("name", [name for name, rule in ASSESSMENT.items() if rule.in_drafts])
def test_rule_of_drafts_of_assessments_is_refused_by_the_form(name, commitment, iom, data_and_research, secretariat):
    assessment = assessments(commitment, iom, data_and_research, name)
    form = assessment_form(secretariat, finding="agrees", text="Visited.", **model_to_dict(assessment, ASSESSOR))

    (sentence,) = form.errors[ASSESSMENT[name].field]

    assert_follows(sentence, ASSESSMENT[name])


def test_writer_with_a_stake_is_refused_by_form_and_action(commitment, ilo_focal_point, iom):
    assessment = AssessmentFactory(draft=True, commitment=commitment, agency=iom)
    form = assessment_form(ilo_focal_point, **model_to_dict(assessment, ASSESSOR))
    sentence = str(writer_has_no_stake(ilo_focal_point).sentence) % {"commitment": commitment.reference}

    with pytest.raises(ValidationError) as refusal:
        rules.check(assessment, by=ilo_focal_point)

    assert refusal.value.message_dict == {"commitment": [sentence]}
    assert form.errors["commitment"] == [sentence]


@pytest.mark.parametrize(
    ("name", "values"),
    [("assessment_published", {"assessment": "draft"}), ("says_what_is_answered", {"text": " "})],
)
def test_rule_of_answers_is_refused_by_an_action(name, values, administrator):
    answer = AnswerFactory()
    for attribute, value in values.items():
        setattr(answer, attribute, AssessmentFactory(draft=True) if value == "draft" else value)

    with pytest.raises(ValidationError) as refusal:
        rules.check(answer)

    assert refusal.value.message_dict == {ANSWER[name].field: [str(ANSWER[name].sentence)]}


# Constraints


def test_constraints_show_the_sentences_of_rules():
    rule_of_constraint = {
        "commitment_exactly_one_lead": "exactly_one_lead",
        "commitment_deadline_not_before_start": "deadline_after_start",
        "commitment_discontinued_with_reason": "discontinued_with_reason",
        "commitment_superseded_with_successor": "superseded_with_successor",
        "report_status_known": "status_chosen",
        "report_discontinued_with_reason": "discontinued_with_reason",
        "report_superseded_with_successor": "superseded_with_successor",
        "report_successor_where_superseded": "successor_only_if_superseded",
        "contribution_says_something": "says_what_the_partner_did",
    }
    sentences = {rule.name: str(rule.sentence) for declared in rules.RULES.values() for rule in declared}
    constraints = {
        constraint.name: str(constraint.violation_error_message)
        for model in (Commitment, ProgressReport, Contribution)
        for constraint in model._meta.constraints
    }

    assert {name: constraints[name] for name in rule_of_constraint} == {
        name: sentences[rule] for name, rule in rule_of_constraint.items()
    }
    assert set(STATUS_RULES) <= set(rules.RULES["reporting.ProgressReport"])
