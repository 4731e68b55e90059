from datetime import date

import pytest

from commitments.models import Commitment, Freshness, Verification
from foundation.clock import today
from foundation.dates.partial import PartialDate
from register.querysets import register_commitments
from register.search.full_text import HIT_ENDS, HIT_STARTS, RESTORED
from reporting import actions
from reporting.models import Assessment, Evidence, ProgressReport, ReportingCycle, StatusChange
from tests.support.factories import (
    AgencyFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    WorkGroupFactory,
    published_report,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HIDDEN = ["draft", "submitted", "sent_back"]


def day_of(text):
    return PartialDate.parse(text).day


def standing(commitment, day=None):
    return register_commitments().with_standing(day).get(pk=commitment.pk)


# What is public, and when


@pytest.fixture
def register():
    """Return a commitment in each state: published since 20 February 2014, withdrawn on 1 September 2014."""
    rows = {state: CommitmentFactory(**{state: True}) for state in [*HIDDEN, "withdrawn"]}
    rows["published"] = CommitmentFactory()
    return {row.pk: state for state, row in rows.items()}


@pytest.mark.parametrize(
    ("day", "published", "public"),
    [
        (None, {"published"}, {"published", "withdrawn"}),
        ("2014-02-19", set(), set()),
        ("2014-02-20", {"published", "withdrawn"}, {"published", "withdrawn"}),
        ("2014-08-31", {"published", "withdrawn"}, {"published", "withdrawn"}),
        ("2014-09-01", {"published"}, {"published", "withdrawn"}),
        ("2026-01-01", {"published"}, {"published", "withdrawn"}),
    ],
)
def test_commitments_that_are_public_on_a_day(register, day, published, public):
    day = day and day_of(day)

    assert {register[row.pk] for row in Commitment.objects.published(day)} == published
    assert {register[row.pk] for row in Commitment.objects.public(day)} == public


def test_commitment_known_by_its_year_is_public_from_its_last_day():
    CommitmentFactory(published_on=date(2014, 12, 31), published_precision="year")

    assert Commitment.objects.published(day_of("2014-12-30")).count() == 0
    assert Commitment.objects.published(day_of("2014-12-31")).count() == 1


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (None, ["2014-07-31", "2014-06-30"]),
        ("2014-06-29", []),
        ("2014-06-30", ["2014-06-30"]),
        ("2014-07-31", ["2014-07-31", "2014-06-30"]),
    ],
)
def test_reports_that_are_public_on_a_day(commitment, day, expected):
    for state in HIDDEN:
        ProgressReportFactory(commitment=commitment, **{state: True})
    published_report(commitment, on="2014-06-30")
    published_report(commitment, on="2014-07-31")

    reports = ProgressReport.objects.published(day and day_of(day)).newest_first()

    assert [report.published.iso for report in reports] == expected


def test_reports_of_a_withdrawn_commitment_stay_public(commitment, secretariat):
    report = published_report(commitment)
    actions.withdraw(commitment, reason="Entered twice.", by=secretariat)

    assert list(ProgressReport.objects.published()) == [report]
    assert list(StatusChange.objects.published()) == [report.status_change]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (None, ["in_progress", "planning"]),
        ("2014-06-29", []),
        ("2014-06-30", ["planning"]),
        ("2014-07-31", ["in_progress", "planning"]),
    ],
)
def test_status_changes_up_to_a_day(commitment, day, expected):
    published_report(commitment, on="2014-06-30", status="planning")
    published_report(commitment, on="2014-07-31", status="in_progress")

    changes = StatusChange.objects.published(day and day_of(day)).newest_first()

    assert [change.to_status for change in changes] == expected


def test_evidence_that_readers_may_see(commitment):
    shown = EvidenceFactory(report__commitment=commitment)
    EvidenceFactory(report=shown.report, is_public=False)

    assert list(Evidence.objects.public()) == [shown]


@pytest.mark.parametrize(
    ("day", "titles"),
    [("2014-06-30", []), ("2014-07-01", ["First"]), ("2015-01-09", ["First"]), ("2015-01-10", ["Second", "First"])],
)
def test_cycles_that_had_opened_by_a_day(day, titles):
    ReportingCycleFactory(title="First", opened=True)
    ReportingCycleFactory(
        title="Second",
        opens_on=date(2015, 1, 1),
        due_on=date(2015, 2, 1),
        closes_on=date(2015, 6, 30),
        opened_on=date(2015, 1, 10),
    )
    ReportingCycleFactory(title="Never opened", opens_on=date(2014, 1, 1))

    assert [cycle.title for cycle in ReportingCycle.objects.opened(day_of(day))] == titles


def test_involving_an_agency_as_lead_or_partner(ilo, iom):
    led = CommitmentFactory(lead_agency=ilo, partners=[iom])
    joined = CommitmentFactory(partners=[iom, ilo])
    CommitmentFactory(partners=[iom])

    assert set(Commitment.objects.involving(ilo)) == {led, joined}
    assert Commitment.objects.involving(ilo).count() == 2


def test_running_commitments_are_published_and_not_finished():
    running = {published_report(status=status).commitment for status in ("planning", "in_progress", "ongoing")}
    running.add(CommitmentFactory())
    published_report(status="completed")
    published_report(status="discontinued", status_reason="No funds.")
    for state in [*HIDDEN, "withdrawn"]:
        CommitmentFactory(**{state: True})

    assert set(Commitment.objects.running()) == running


# Status and outlook


@pytest.mark.parametrize(
    ("day", "status", "outlook", "last_update"),
    [
        ("2014-06-29", "", "not_assessed", None),
        ("2014-06-30", "planning", "on_track", "2014-06"),
        ("2014-12-30", "planning", "on_track", "2014-06"),
        ("2014-12-31", "in_progress", "at_risk", "2014"),
        ("2015-03-05", "completed", "not_assessed", "2015-03-05"),
        ("2026-01-01", "completed", "not_assessed", "2015-03-05"),
    ],
)
def test_status_as_it_stood_on_a_day(commitment, day, status, outlook, last_update):
    published_report(commitment, on="2014-06", status="planning", outlook="on_track")
    published_report(commitment, on="2014", status="in_progress", outlook="at_risk")
    published_report(commitment, on="2015-03-05", status="completed")
    ProgressReportFactory(commitment=commitment, status="ongoing", outlook="constrained")

    row = standing(commitment, day_of(day))

    assert (row.standing_status, row.standing_outlook) == (status, outlook)
    assert (row.last_update and row.last_update.iso) == last_update


def test_later_of_two_reports_of_one_day_counts(commitment):
    published_report(commitment, on="2014-06-30", status="planning")
    published_report(commitment, on="2014-06-30", status="in_progress", outlook="at_risk")

    row = standing(commitment, day_of("2014-06-30"))

    assert (row.standing_status, row.standing_outlook) == ("in_progress", "at_risk")


def test_stored_status_is_what_the_reports_say_today(secretariat):
    reported_twice = published_report(on="2014-06-30", status="planning", outlook="on_track").commitment
    published_report(reported_twice, on="2014-07-31", status="completed", outlook="not_assessed")
    withdrawn = published_report(status="ongoing", outlook="constrained").commitment
    actions.withdraw(withdrawn, reason="Entered twice.", by=secretariat)
    published_report(status="superseded", superseded_by=CommitmentFactory())
    actions.publish(ProgressReportFactory(submitted=True, status="planning", outlook="at_risk"), by=secretariat)
    ProgressReportFactory(commitment=CommitmentFactory(), status="completed")
    fields = [
        "pk",
        "standing_status",
        "standing_outlook",
        "standing_verification",
        "standing_freshness",
        "last_update_on",
        "last_update_precision",
    ]

    stored = register_commitments().public().with_standing().values(*fields)
    computed = register_commitments().public(today()).with_standing(today()).values(*fields)

    assert len(stored) == 6
    assert list(stored) == list(computed)


# Freshness


@pytest.fixture
def expected_commitment(cycle):
    """A commitment of which the cycle of July 2014 expects a report."""
    commitment = CommitmentFactory()
    ProgressReportFactory(blank=True, commitment=commitment, cycle=cycle)
    return commitment


def assert_freshness(time_machine, commitment, day, freshness):
    """As computed for a day, and as computed without one while that day runs."""
    then = standing(commitment, day_of(day)).standing_freshness
    time_machine.move_to(f"{day}T12:00:00+00:00", tick=False)
    assert (then, standing(commitment).standing_freshness) == (freshness, freshness)


@pytest.mark.parametrize(
    ("day", "freshness"),
    [
        ("2014-06-30", "not_yet_due"),
        ("2014-07-01", "due"),
        ("2014-08-31", "due"),
        ("2014-09-01", "never_reported"),
        ("2015-09-01", "never_reported"),
    ],
)
def test_freshness_of_what_never_reported(expected_commitment, day, freshness, time_machine):
    assert_freshness(time_machine, expected_commitment, day, freshness)


@pytest.mark.parametrize(
    ("day", "freshness"),
    [("2014-06-30", "not_yet_due"), ("2014-07-01", "due"), ("2014-08-31", "due"), ("2014-09-01", "overdue")],
)
def test_freshness_of_what_reported_in_earlier_times(expected_commitment, day, freshness, time_machine):
    published_report(expected_commitment, on="2014-06-30")

    assert_freshness(time_machine, expected_commitment, day, freshness)


@pytest.mark.parametrize("reported", ["2014-07-01", "2014-08-31", "2014-08", "2014-09-15"])
def test_freshness_of_what_reported_since_the_cycle_opened(expected_commitment, reported, time_machine):
    published_report(expected_commitment, on=reported)

    assert_freshness(time_machine, expected_commitment, "2014-10-01", "current")


def test_freshness_before_a_late_report_came(expected_commitment):
    published_report(expected_commitment, on="2014-09-15")

    assert standing(expected_commitment, day_of("2014-09-14")).standing_freshness == "never_reported"
    assert standing(expected_commitment, day_of("2014-09-15")).standing_freshness == "current"


@pytest.mark.parametrize("state", HIDDEN)
def test_freshness_is_not_moved_by_a_report_that_is_not_public(expected_commitment, cycle, state, time_machine):
    ProgressReport.objects.all().delete()
    ProgressReportFactory(commitment=expected_commitment, cycle=cycle, **{state: True})

    assert_freshness(time_machine, expected_commitment, "2014-09-01", "never_reported")


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "completed"},
        {"status": "discontinued", "status_reason": "No funds."},
    ],
)
def test_freshness_of_what_is_finished(expected_commitment, fields, time_machine):
    published_report(expected_commitment, on="2014-05-01", **fields)

    assert_freshness(time_machine, expected_commitment, "2014-09-01", "current")


def test_freshness_of_what_is_superseded(expected_commitment, time_machine):
    published_report(expected_commitment, on="2014-05-01", status="superseded", superseded_by=CommitmentFactory())

    assert_freshness(time_machine, expected_commitment, "2014-09-01", "current")


def test_freshness_before_it_was_finished(expected_commitment):
    published_report(expected_commitment, on="2014-05-01", status="in_progress")
    published_report(expected_commitment, on="2014-10-01", status="completed")

    assert standing(expected_commitment, day_of("2014-09-01")).standing_freshness == "overdue"
    assert standing(expected_commitment, day_of("2014-10-01")).standing_freshness == "current"


def test_freshness_of_what_was_not_asked(cycle, time_machine):
    commitment = CommitmentFactory()
    published_report(commitment, on="2014-05-01")

    assert_freshness(time_machine, commitment, "2014-09-01", "not_yet_due")


def test_freshness_of_what_reported_unasked(cycle, time_machine):
    commitment = CommitmentFactory()
    published_report(commitment, on="2014-07-15")

    assert_freshness(time_machine, commitment, "2014-09-01", "current")


@pytest.mark.parametrize(("status", "freshness"), [("in_progress", "not_yet_due"), ("completed", "current")])
def test_freshness_without_any_cycle(status, freshness, time_machine):
    commitment = CommitmentFactory()
    published_report(commitment, on="2014-05-01", status=status)

    assert_freshness(time_machine, commitment, "2014-09-01", freshness)


def test_freshness_without_an_opened_cycle(time_machine):
    commitment = CommitmentFactory()
    ProgressReportFactory(commitment=commitment, cycle=ReportingCycleFactory())

    assert_freshness(time_machine, commitment, "2014-09-01", "not_yet_due")


@pytest.mark.parametrize(
    ("day", "freshness"),
    [("2014-12-31", "current"), ("2015-01-10", "due"), ("2015-02-01", "due"), ("2015-02-02", "overdue")],
)
def test_freshness_is_against_the_newest_cycle(expected_commitment, day, freshness, time_machine):
    published_report(expected_commitment, on="2014-07-15")
    second = ReportingCycleFactory(
        opens_on=date(2015, 1, 1),
        due_on=date(2015, 2, 1),
        closes_on=date(2015, 6, 30),
        opened_on=date(2015, 1, 10),
    )
    ProgressReportFactory(blank=True, commitment=expected_commitment, cycle=second)

    assert_freshness(time_machine, expected_commitment, day, freshness)


def test_freshness_takes_each_of_its_values(cycle):
    values = {
        "current": published_report(on="2014-07-15").commitment,
        "not_yet_due": CommitmentFactory(),
        "overdue": published_report(on="2014-06-30").commitment,
        "never_reported": CommitmentFactory(),
        "due": CommitmentFactory(),
    }
    for freshness in ("overdue", "never_reported", "due"):
        ProgressReportFactory(commitment=values[freshness], cycle=cycle)

    results = {
        freshness: standing(commitment, day_of("2014-08-31" if freshness == "due" else "2014-09-01")).standing_freshness
        for freshness, commitment in values.items()
    }

    assert results == {freshness: freshness for freshness in Freshness.values}


# Verification


def assess(commitment, finding, assessor, on="2014-10-01", **traits):
    """An assessment by an agency, a group, or somebody independent named by a text."""
    who = {"assessor_kind": "peer_agency", "agency": assessor}
    if isinstance(assessor, str):
        who = {"assessor_kind": "independent", "agency": None, "assessor_name": assessor}
    elif assessor._meta.model_name == "workgroup":
        who = {"assessor_kind": "group_lead", "agency": None, "workgroup": assessor}
    state = traits or {"public": True, "published_on": day_of(on)}
    return AssessmentFactory(commitment=commitment, finding=finding, **who, **state)


def test_verification_without_an_assessment(commitment):
    assert standing(commitment).standing_verification == "self_reported"


@pytest.mark.parametrize(
    ("findings", "verification"),
    [
        ([("agrees", "agency")], "peer_reviewed"),
        ([("agrees_in_part", "agency")], "peer_reviewed"),
        ([("agrees", "group")], "peer_reviewed"),
        ([("agrees", "independent")], "independently_assessed"),
        ([("agrees_in_part", "independent")], "independently_assessed"),
        ([("agrees", "agency"), ("agrees", "independent")], "independently_assessed"),
        ([("disagrees", "agency")], "disputed"),
        ([("disagrees", "group")], "disputed"),
        ([("disagrees", "independent"), ("agrees", "agency")], "disputed"),
        ([("agrees", "independent"), ("disagrees", "agency")], "disputed"),
        ([("disagrees", "agency"), ("agrees", "agency")], "peer_reviewed"),
        ([("agrees", "agency"), ("disagrees", "agency")], "disputed"),
        ([("disagrees", "independent"), ("agrees_in_part", "independent")], "independently_assessed"),
        ([("disagrees", "agency"), ("agrees", "other_agency")], "disputed"),
        ([("disagrees", "independent"), ("agrees", "other_independent")], "disputed"),
    ],
)
def test_verification_by_the_newest_assessment_of_each(commitment, findings, verification):
    assessors = {
        "agency": AgencyFactory(),
        "other_agency": AgencyFactory(),
        "group": WorkGroupFactory(),
        "independent": "A university",
        "other_independent": "An institute",
    }
    for month, (finding, assessor) in enumerate(findings, start=1):
        assess(commitment, finding, assessors[assessor], on=f"2014-{month:02}-15")

    assert standing(commitment).standing_verification == verification


def test_later_of_two_assessments_of_one_day_counts(commitment, iom):
    assess(commitment, "disagrees", iom)
    newest = assess(commitment, "agrees", iom)

    assert list(Assessment.objects.newest_of_each_assessor()) == [newest]
    assert standing(commitment).standing_verification == "peer_reviewed"


def test_agency_and_group_of_the_same_key_are_two_assessors(commitment):
    agency = AgencyFactory(pk=900)
    group = WorkGroupFactory(pk=900)
    assess(commitment, "disagrees", agency, on="2014-01-15")
    assess(commitment, "agrees", group, on="2014-02-15")

    assert standing(commitment).standing_verification == "disputed"


@pytest.mark.parametrize("state", HIDDEN)
def test_assessment_that_is_not_public_counts_for_nothing(commitment, iom, state):
    assess(commitment, "disagrees", iom, **{state: True})

    assert standing(commitment).standing_verification == "self_reported"


@pytest.mark.parametrize("state", HIDDEN)
def test_assessment_that_is_not_public_replaces_nothing(commitment, iom, state):
    assess(commitment, "disagrees", iom)
    assess(commitment, "agrees", iom, **{state: True})

    assert standing(commitment).standing_verification == "disputed"


def test_assessment_on_another_commitment_counts_for_nothing(commitment, iom):
    assess(CommitmentFactory(), "disagrees", iom)

    assert standing(commitment).standing_verification == "self_reported"


@pytest.mark.parametrize(
    ("day", "verification"),
    [
        ("2014-01-14", "self_reported"),
        ("2014-01-15", "disputed"),
        ("2014-02-14", "disputed"),
        ("2014-02-15", "peer_reviewed"),
        ("2014-03-15", "independently_assessed"),
    ],
)
def test_verification_as_it_stood_on_a_day(ilo, iom, day, verification):
    commitment = CommitmentFactory(lead_agency=ilo, published_on=date(2014, 1, 1))
    assess(commitment, "disagrees", iom, on="2014-01-15")
    assess(commitment, "agrees", iom, on="2014-02-15")
    assess(commitment, "agrees", "A university", on="2014-03-15")

    assert standing(commitment, day_of(day)).standing_verification == verification


def test_verification_has_no_other_values():
    assert set(Verification.values) == {"self_reported", "peer_reviewed", "independently_assessed", "disputed"}


# Search


@pytest.fixture
def library():
    """Commitments by the words in their titles, one with words in its reports."""
    recruitment = CommitmentFactory(title="Fair recruitment of migrant workers", summary="Training in corridors.")
    remittances = CommitmentFactory(title="Cheaper remittances", summary="Costs of sending money.")
    convention = CommitmentFactory(
        title="Ratification campaign", summary="Promotes conventions.", original_text="We undertake to recruit allies."
    )
    published_report(
        remittances, on="2014-06-30", achieved="Corridors compared.", barriers="Banks", next_steps="Portal"
    )
    ProgressReportFactory(commitment=convention, submitted=True, achieved="Confidential dinosaurs")
    CommitmentFactory(draft=True, title="Fair recruitment of dinosaurs")
    return {recruitment.pk: "recruitment", remittances.pk: "remittances", convention.pk: "convention"}


def search_titles(library, text, day=None):
    rows = register_commitments().published(day).search(text, day).order_by("-rank", "pk")
    return [library[row.pk] for row in rows]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("recruitment", ["recruitment", "convention"]),
        ("recruiting", ["recruitment", "convention"]),
        ("RECRUITED", ["recruitment", "convention"]),
        ("fair recruitment", ["recruitment"]),
        ("recruitment -fair", ["convention"]),
        ("corridors", ["recruitment", "remittances"]),
        ('"migrant workers"', ["recruitment"]),
        ('"workers migrant"', []),
        ("remittances or ratification", ["remittances", "convention"]),
        ("bank", ["remittances"]),
        ("portals", ["remittances"]),
        ("remittánces", ["remittances"]),
        ("pörtal", ["remittances"]),
        ("undertaking allies", ["convention"]),
        ("dinosaur", []),
        ("confidential", []),
        ("the", []),
        ("", []),
        ("'); DROP TABLE", []),
        ('"unbalanced & | ! ( :*', []),
    ],
)
def test_search_finds(library, text, titles):
    assert search_titles(library, text) == titles
    assert search_titles(library, text, day_of("2014-12-31")) == titles


@pytest.mark.parametrize(("day", "titles"), [("2014-06-29", []), ("2014-06-30", ["remittances"])])
def test_search_as_of_a_day_knows_the_reports_of_that_day(library, day, titles):
    assert search_titles(library, "banks", day_of(day)) == titles


def test_search_as_of_a_day_knows_no_commitment_of_later(library):
    assert search_titles(library, "recruitment", day_of("2014-02-19")) == []


def test_search_ranks_the_title_above_the_rest():
    in_report = CommitmentFactory(title="First")
    published_report(in_report, achieved="Pensions")
    in_summary = CommitmentFactory(title="Second", summary="Pensions")
    in_title = CommitmentFactory(title="Pensions", summary="Third")

    for day in (None, today()):
        rows = register_commitments().search("pension", day).order_by("-rank")
        assert list(rows) == [in_title, in_summary, in_report]


def test_search_goes_together_with_standing(library):
    day = day_of("2014-12-31")

    (row,) = register_commitments().published(day).with_standing(day).search("banks", day)

    assert (library[row.pk], row.standing_status) == ("remittances", "in_progress")


@pytest.mark.parametrize("day", [None, "2014-12-31"], ids=["today", "as_of"])
@pytest.mark.parametrize("text", ["cote d'ivoire", "Côte d'Ivoire", "CÔTE", "observatoires", "Señor"])
def test_search_finds_whatever_the_accents(day, text):
    commitment = CommitmentFactory(title="Côte d’Ivoire", summary="The Observatoire des migrations of Senor Núñez")

    assert list(register_commitments().search(text, day and day_of(day))) == [commitment]


@pytest.mark.parametrize("day", [None, "2014-12-31"], ids=["today", "as_of"])
@pytest.mark.parametrize("text", ["fair", "migrants", "“migrants’ rights”", "migrants’", "d’Ivoire", "2014", "costs"])
def test_search_finds_words_between_typographic_signs(day, text):
    commitment = CommitmentFactory(title="“Fair” – migrants’ rights", summary="Côte d’Ivoire, 2013–2014…costs—paid")

    assert list(register_commitments().search(text, day and day_of(day))) == [commitment]


# Hits


def marked(commitment, text, day=None):
    row = register_commitments().published(day).with_highlights(text, day).get(pk=commitment.pk)
    return (
        row.highlighted_title.translate(RESTORED).replace(HIT_STARTS, "[").replace(HIT_ENDS, "]"),
        row.highlighted_text.translate(RESTORED).replace(HIT_STARTS, "[").replace(HIT_ENDS, "]"),
    )


@pytest.mark.parametrize(
    ("text", "title", "excerpt"),
    [
        ("recruiting", "Fair [recruitment] in Côte d’Ivoire", "Training in corridors."),
        ("cote", "Fair recruitment in [Côte] d’Ivoire", "Training in corridors."),
        ("corridor", "Fair recruitment in Côte d’Ivoire", "Training in [corridors]."),
        ("fair corridor", "[Fair] recruitment in Côte d’Ivoire", "Training in [corridors]."),
        ('"fair recruitment" or banks', "[Fair] [recruitment] in Côte d’Ivoire", "[Banks]"),
        ("recruitment -banks", "Fair [recruitment] in Côte d’Ivoire", "Banks"),
    ],
)
def test_hits_are_marked_wherever_any_of_the_words_is_met(text, title, excerpt):
    commitment = CommitmentFactory(title="Fair recruitment in Côte d’Ivoire", summary="Training in corridors.")
    published_report(commitment, achieved="Banks")

    highlighted_title, highlighted_text = marked(commitment, text)

    assert highlighted_title == title
    assert excerpt in highlighted_text


@pytest.mark.parametrize(
    ("day", "excerpt"), [(None, "Their [courses] were held"), ("2014-06-29", "Training"), ("2014-06-30", "[courses]")]
)
def test_excerpt_comes_from_the_reports_of_the_day(day, excerpt):
    commitment = CommitmentFactory(title="Recruitment", summary="Training")
    published_report(commitment, on="2014-06-30", achieved="Their courses were held.", barriers="", next_steps="")
    ProgressReportFactory(commitment=commitment, submitted=True, achieved="Secret courses")

    _title, text = marked(commitment, "courses", day and day_of(day))

    assert excerpt in text
    assert "Secret" not in text


def test_marked_text_keeps_what_looks_like_a_tag():
    commitment = CommitmentFactory(title="<script>alert(1)</script> & fair", summary="See <b>fair</b> pay")

    title, text = marked(commitment, "fair")

    assert title == "<script>alert(1)</script> & [fair]"
    assert text.strip() == "See <b>[fair]</b> pay"


def test_word_between_typographic_signs_is_marked_and_the_signs_stay():
    commitment = CommitmentFactory(title="“Fair” – migrants’ rights", summary="Training")

    title, _text = marked(commitment, "fair migrant")

    assert title == "“[Fair]” – [migrants]’ rights"


def test_characters_that_mark_are_no_marks_in_a_text():
    commitment = CommitmentFactory(title=f"{HIT_STARTS}Fair{HIT_ENDS} “b”", summary="Training")

    title, _text = marked(commitment, "training")

    assert title == "Fair “b”"
