from datetime import date

import pytest
import time_machine

from reporting import actions
from reporting.amendments import amended_at, amendments
from reporting.importers.commitments import load_commitments
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    CommitmentFactory,
    MilestoneFactory,
    PartnerFactory,
    RecommendationFactory,
    StakeholderFactory,
    UserFactory,
    WorkGroupFactory,
    WorkPlanFactory,
    published_report,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

MARK = "Quetzalcoatlus"


def on(day, hour=12):
    return time_machine.travel(f"{day}T{hour:02}:00:00Z", tick=True)


@pytest.fixture
def entry(ilo, points):
    """Public since 20 February 2014, with two points."""
    with on("2014-02-20"):
        entry = CommitmentFactory(
            draft=True, lead_agency=ilo, title="Fair recruitment", summary="Lower costs.", agenda_points=points[:2]
        )
        entry.state, entry.published_on, entry.published_precision = "published", date(2014, 2, 20), "day"
        entry.save()
    return entry


def change(entry, day="2014-08-01", hour=12, **fields):
    with on(day, hour):
        for name, value in fields.items():
            setattr(entry, name, value)
        entry.save()


def entries_of(entry):
    """Each amendment's day and sentences, newest first."""
    return [(str(amendment.on), [change.sentence for change in amendment.changes]) for amendment in amendments(entry)]


def sentences(entry):
    return [sentence for _day, texts in entries_of(entry) for sentence in texts]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": "Fairer recruitment"}, "The title was reworded."),
        ({"summary": "Lower them by half."}, "The summary was reworded."),
        ({"summary": ""}, "The summary was taken away."),
        ({"original_text": "We undertake."}, "The original text was added."),
        ({"kind": "norm"}, "The kind changed from Programme to Norm."),
        ({"scope": "regional"}, "The scope was given: Regional."),
        ({"places": ["Nepal", "Qatar"]}, "The places were given: Nepal; Qatar."),
        ({"start_on": date(2014, 3, 31), "start_precision": "month"}, "The start was given: March 2014."),
        ({"deadline_on": date(2015, 12, 31), "deadline_precision": "year"}, "The deadline was given: 2015."),
        ({"source_title": "Another"}, "The title of the source changed."),
        (
            {"source_location": "A/68/190"},
            "The address of the source changed from https://example.org/source to A/68/190.",
        ),
        (
            {"confidence": "known"},
            "The confidence in the source changed from ‘Confirmed: the source was read’ "
            "to ‘Not yet confirmed: general knowledge’.",
        ),
    ],
)
def test_change_of_a_field_is_described_in_words(entry, fields, says):
    change(entry, **fields)

    assert entries_of(entry) == [("1 August 2014", [says])]


def test_change_of_a_day_is_described_at_its_true_precision(entry):
    change(entry, day="2014-03-01", deadline_on=date(2015, 12, 31), deadline_precision="year")
    change(entry, day="2014-04-01", deadline_on=date(2016, 12, 31), deadline_precision="day")
    change(entry, day="2014-05-01", deadline_on=None, deadline_precision="")

    assert sentences(entry) == [
        "The deadline, 31 December 2016, was taken away.",
        "The deadline changed from 2015 to 31 December 2016.",
        "The deadline was given: 2015.",
    ]


def test_change_of_the_lead_names_both(entry):
    change(entry, lead_agency=None, workgroup=WorkGroupFactory(title="Data and Research"))

    assert sentences(entry) == ["The lead changed from ILO to Data and Research."]


def test_change_of_the_work_plan_names_it(entry):
    change(entry, work_plan=WorkPlanFactory(title="Work plan 2013–2015"))

    assert sentences(entry) == ["The work plan was given: Work plan 2013–2015."]


def test_new_text_is_described_by_its_differences(entry):
    change(entry, title="Fair recruitment of nurses")

    (amendment,) = amendments(entry)
    assert [(piece.kind, piece.text) for piece in amendment.changes[0].wording] == [
        ("same", "Fair recruitment"),
        ("added", " of nurses"),
    ]


def test_what_joins_and_leaves_a_set_is_named(entry, points):
    with on("2014-08-01"):
        entry.agenda_points.set([points[0], points[2]])
        entry.recommendations.add(RecommendationFactory(code="POL-4"))
        entry.stakeholders.add(StakeholderFactory(name="Union of domestic workers"))

    assert entries_of(entry) == [
        (
            "1 August 2014",
            [
                "Agenda point taken away: 2. Reduce the costs of labour migration.",
                "Agenda point added: 3. Eliminate migrant exploitation, including human trafficking.",
                "Recommendation added: POL-4.",
                "Union of domestic workers was named as taking part beyond the group.",
            ],
        )
    ]


def test_row_deleted_since_is_described_without_its_name(entry):
    with on("2014-08-01"):
        stakeholder = StakeholderFactory(name="Gone")
        entry.stakeholders.add(stakeholder)
        stakeholder.delete()

    assert sentences(entry) == ["Something since deleted was named as taking part beyond the group."]


def test_partners_join_take_other_parts_and_leave(entry, iom):
    with on("2014-08-01"):
        partner = PartnerFactory(commitment=entry, agency=iom, part="Runs the pilot.")
    with on("2014-09-01"):
        partner.part = "Runs the pilot and the survey."
        partner.save()
    with on("2014-10-01"):
        partner.delete()

    assert entries_of(entry) == [
        ("1 October 2014", ["IOM is no longer a partner."]),
        ("1 September 2014", ["The part of IOM was reworded."]),
        ("1 August 2014", ["IOM became a partner."]),
    ]


def test_milestones_are_added_moved_met_and_taken_away(entry):
    with on("2014-08-01"):
        step = MilestoneFactory(commitment=entry, title="Pilot", deadline_on=date(2014, 9, 30))
    with on("2014-09-01"):
        step.deadline_on = date(2014, 10, 31)
        step.save()
    with on("2014-11-02"):
        step.met_on, step.met_precision = date(2014, 11, 1), "day"
        step.save()
    with on("2014-12-01"):
        step.delete()

    assert entries_of(entry) == [
        ("1 December 2014", ["The milestone “Pilot” was taken away."]),
        ("2 November 2014", ["The milestone “Pilot” was met: 1 November 2014."]),
        (
            "1 September 2014",
            ["The deadline of the milestone “Pilot” changed from 30 September 2014 to 31 October 2014."],
        ),
        ("1 August 2014", ["The milestone “Pilot” was added."]),
    ]


def test_changes_of_one_day_are_one_amendment_unless_they_touch_the_same(entry):
    change(entry, hour=9, title="Fair recruitment A", kind="norm")
    change(entry, hour=10, summary="Costs go down.")
    change(entry, hour=11, title="Fair recruitment B")

    assert entries_of(entry) == [
        ("1 August 2014", ["The title was reworded."]),
        (
            "1 August 2014",
            ["The title was reworded.", "The kind changed from Programme to Norm.", "The summary was reworded."],
        ),
    ]


def test_changes_before_publication_are_left_out(ilo, iom, ohchr, points, secretariat):
    with on("2014-01-10"):
        entry = CommitmentFactory(draft=True, lead_agency=ilo, title=MARK, summary=MARK, agenda_points=points)
        partner = PartnerFactory(commitment=entry, agency=iom, part=MARK)
        dropped = PartnerFactory(commitment=entry, agency=ohchr)
        step = MilestoneFactory(commitment=entry, title=MARK)
    with on("2014-01-20"):
        entry.title, entry.summary = "Fair recruitment", "Lower costs."
        entry.save()
        entry.agenda_points.set(points[:1])
        partner.part, step.title = "Runs the pilot.", "Pilot"
        partner.save()
        step.save()
        dropped.delete()
        actions.submit(entry, by=UserFactory(is_superuser=True))
    with on("2014-02-20"):
        actions.send_back(entry, note=MARK, by=secretariat)
        entry.refresh_from_db()
        entry.title = "Fair recruitment of migrants"
        entry.save()
        actions.submit(entry, by=UserFactory(is_superuser=True))
        entry = actions.publish(entry, by=UserFactory(is_superuser=True))
    change(entry, title="Fair recruitment of workers")

    texts = str(amendments(entry))
    assert sentences(entry) == ["The title was reworded."]
    assert [secret for secret in (MARK, "OHCHR", "IOM", "Pilot") if secret in texts] == []


def test_part_that_was_changed_after_publication_is_compared_with_the_public_one_alone(ilo, iom):
    with on("2014-01-10"):
        entry = CommitmentFactory(draft=True, lead_agency=ilo)
        partner = PartnerFactory(commitment=entry, agency=iom, part=MARK)
        partner.part = "Runs the pilot."
        partner.save()
    change(entry, day="2014-02-20", state="published", published_on=date(2014, 2, 20), published_precision="day")
    with on("2014-08-01"):
        partner.part = "Runs the pilots."
        partner.save()

    assert sentences(entry) == ["The part of IOM was reworded."]
    assert MARK not in str(amendments(entry))


def test_rows_of_another_commitment_are_left_out(entry, iom):
    with on("2014-08-01"):
        other = CommitmentFactory(draft=True)
        PartnerFactory(commitment=other, agency=iom, part=MARK)
        step = MilestoneFactory(commitment=other, title=MARK)
        step.commitment, step.title = entry, "Moved here"
        step.save()

    assert sentences(entry) == ["The milestone “Moved here” was added."]
    assert MARK not in str(amendments(entry))


def test_unpublished_drafts_and_reviews_are_left_out(draft):
    draft.title = MARK
    draft.save()

    assert amendments(draft) == []


def test_reports_and_internal_columns_are_no_amendments(entry):
    with on("2014-08-01"):
        published_report(entry, status="in_progress")
        entry.load_key = MARK
        entry.review_note = MARK
        entry.save()

    assert amendments(entry) == []


def test_withdrawal_is_no_amendment(entry, secretariat):
    with on("2014-09-01"):
        actions.withdraw(entry, reason="Entered twice.", by=secretariat)

    assert amendments(entry) == []


COLUMNS = (
    "lead,partners,title,kind,summary,agenda_points,recommendations,start,end,outcome,status,status_on,"
    "source_title,source_url_or_symbol,confidence"
)


def test_load_amends_only_what_it_changes(ilo, iom, points, tmp_path):
    def load(*lines):
        path = tmp_path / "commitments.csv"
        path.write_text("\n".join([COLUMNS, *lines]) + "\n")
        load_commitments(path)

    line = "ilo,{partners},Fair recruitment,norm,Lower costs.,1;2,,2013,2016,,,,Source,https://example.org/,confirmed"
    other = line.replace("Fair recruitment", "Another")
    with on("2014-02-20"):
        load(line.format(partners=""))
        entry = ilo.led_commitments.get()
        load(line.format(partners=""), other.format(partners="iom"))
    assert entries_of(entry) == []

    with on("2014-11-30"):
        load(line.format(partners="iom").replace("2016", "2017"), other.format(partners="iom"))

    assert sentences(entry) == ["The deadline changed from 2016 to 2017.", "IOM became a partner."]
    assert [sentences(row) for row in ilo.led_commitments.exclude(pk=entry.pk)] == [[]]


@pytest.mark.parametrize("rows", first_fast([1, 30]))
def test_amendments_take_the_same_queries_however_many_lines(entry, iom, points, django_assert_num_queries, rows):
    partner = PartnerFactory(commitment=entry, agency=iom)
    for number in range(rows):
        change(entry, day=f"2014-08-{number % 28 + 1:02}", title=f"Fair recruitment {number}")
        entry.agenda_points.add(points[number % 8])
        partner.part = f"Part {number}"
        partner.save()
        MilestoneFactory(commitment=entry)

    with django_assert_num_queries(QUERIES):
        amendments(entry)


# Its own history, three sets, partners and milestones; then the names of agencies and points.
QUERIES = 8


@pytest.mark.parametrize("what", ["title", "deadline", "point", "partner", "milestone", "partner left"])
def test_time_of_the_last_amendment_is_that_of_the_newest_listed(entry, points, iom, what):
    partner = None
    if what == "partner left":
        with on("2014-03-01"):
            partner = PartnerFactory(commitment=entry, agency=iom)
    before = amended_at([entry.pk])
    if what == "title":
        change(entry, title="Fairer recruitment")
    elif what == "deadline":
        change(entry, deadline_on=date(2015, 12, 31), deadline_precision="year")
    else:
        with on("2014-08-01"):
            if what == "point":
                entry.agenda_points.add(points[3])
                entry.save()
            elif what == "partner":
                PartnerFactory(commitment=entry, agency=iom)
            elif what == "milestone":
                MilestoneFactory(commitment=entry)
            else:
                partner.delete()

    times = amended_at([entry.pk])

    assert {pk: at.date() for pk, at in before.items()} == ({entry.pk: date(2014, 3, 1)} if partner else {})
    assert {pk: at.date() for pk, at in times.items()} == {entry.pk: date(2014, 8, 1)}
    assert amendments(entry)[0].on.day == date(2014, 8, 1)
    assert amended_at([entry.pk], date(2014, 7, 31)) == before


def test_what_is_no_amendment_has_no_moment(entry, django_assert_num_queries):
    change(entry, day="2014-03-01")
    published_report(entry, on="2014-06-30")
    other = CommitmentFactory(draft=True)
    change(other, title="Reworded in draft")

    with django_assert_num_queries(3):
        times = amended_at([entry.pk, other.pk])

    assert times == {}
    assert amendments(entry) == []
    assert amended_at([]) == {}
