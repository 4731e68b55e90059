"""Response rates of the cycles: who was asked, who answered when, and who is silent."""

from datetime import date

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from register.statistics.reporting_cycles import rates
from reporting import actions
from reporting.models import ProgressReport
from tests.support.factories import (
    AgencyFactory,
    CommitmentFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    published_report,
)


def expected_report(cycle, lead, **fields):
    commitment = CommitmentFactory(**lead)
    ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    return commitment


@pytest.fixture
def answered(cycle, ilo, iom, decent_work):
    """ILO: one in time (unasked), one late, one silent. IOM's constituent: one waits. The group: one in time."""
    in_time, late, silent = (expected_report(cycle, {"lead_agency": ilo}) for _ in range(3))
    published_report(silent, on="2014-02")
    published_report(in_time, on="2014-08-31")
    published_report(late, on="2014-09-01")
    part = expected_report(cycle, {"lead_agency": AgencyFactory(code="eca", parent=iom)})
    ProgressReportFactory(submitted=True, commitment=part, achieved="Whispered")
    published_report(expected_report(cycle, {"workgroup": decent_work}), on="2014-07-10")
    return {"silent": silent, "part": part}


def counts(cycle_rates):
    return {
        rate.code: (rate.expected, rate.in_time, rate.late, rate.waiting, rate.silent) for rate in cycle_rates.rates
    }


def test_rates_count_by_member_and_group(cycle, answered):
    cycle_rates = rates(cycle)

    assert counts(cycle_rates) == {
        "ilo": (3, 1, 1, 0, 1),
        "iom": (1, 0, 0, 1, 0),
        "decent-work": (1, 1, 0, 0, 0),
    }
    assert {rate.code: rate.last_update and rate.last_update.iso for rate in cycle_rates.rates} == {
        "ilo": "2014-09-01",
        "iom": None,
        "decent-work": "2014-07-10",
    }
    assert (
        cycle_rates.total.expected,
        cycle_rates.total.in_time,
        cycle_rates.total.late,
        cycle_rates.total.missing,
    ) == (5, 2, 1, 2)
    assert [report.commitment for report in cycle_rates.silent] == [answered["silent"]]
    assert [report.commitment for report in cycle_rates.waiting] == [answered["part"]]


def test_earlier_cycle_keeps_its_own_rates(cycle, ilo, answered):
    later = ReportingCycleFactory(opened=True, opens_on=date(2015, 1, 1), due_on=date(2015, 3, 1), title="Later",
                                  closes_on=date(2015, 6, 1))  # fmt: skip
    ProgressReportFactory(commitment=answered["silent"], cycle=later, blank=True)
    published_report(answered["silent"], on="2015-02-01")

    assert counts(rates(later)) == {"ilo": (1, 1, 0, 0, 0)}
    assert counts(rates(cycle))["ilo"] == (3, 1, 1, 0, 1)


def test_page_names_silent_leads_with_their_last_update(client, secretariat, cycle, answered):
    client.force_login(secretariat)

    page = client.get(reverse("admin:rates"))

    assert {
        silent_lead.rate.code: [row.commitment for row in silent_lead.reports]
        for silent_lead in page.context["silent_leads"]
    } == {
        "ilo": [answered["silent"]],
    }
    assert [report.commitment for report in page.context["waiting"]] == [answered["part"]]
    assertContains(page, "Who has gone silent")
    assertContains(page, "last update February 2014")
    assertContains(page, f'href="{answered["silent"].get_absolute_url()}"')
    assertContains(
        page, reverse("admin:reporting_progressreport_review", args=[answered["part"].reports.get(cycle=None).pk])
    )
    assertNotContains(page, "Whispered")


@pytest.mark.parametrize(("first_sent", "expected"), [("2014-08-30", (1, 1, 0, 0, 0)), ("2014-09-02", (1, 0, 1, 0, 0))])
def test_lateness_counts_from_the_first_submission(
    cycle, ilo, ilo_focal_point, secretariat, time_machine, first_sent, expected
):
    report = ProgressReportFactory(
        draft=True, commitment=expected_report(cycle, {"lead_agency": ilo}), author=ilo_focal_point
    )
    report.commitment.reports.filter(cycle=cycle).delete()
    ProgressReport.objects.filter(pk=report.pk).update(cycle=cycle)
    report.refresh_from_db()
    time_machine.move_to(f"{first_sent}T12:00:00Z")
    actions.submit(report, by=ilo_focal_point)
    time_machine.move_to("2014-09-10T12:00:00Z")
    actions.send_back(report, note="Name the source.", by=secretariat)
    time_machine.move_to("2014-09-20T12:00:00Z")
    actions.submit(report, by=ilo_focal_point)
    time_machine.move_to("2014-10-01T12:00:00Z")
    actions.publish(report, by=secretariat)

    assert counts(rates(cycle)) == {"ilo": expected}


@pytest.mark.parametrize(
    ("withdrawn_on", "counted"),
    [(date(2014, 8, 30), {}), (date(2014, 8, 31), {}), (date(2014, 9, 1), {"ilo": (1, 0, 0, 0, 1)})],
)
def test_report_counts_as_asked_for_if_it_was_due_before_the_withdrawal(cycle, ilo, withdrawn_on, counted):
    expected_report(cycle, {"lead_agency": ilo, "withdrawn": True, "withdrawn_on": withdrawn_on})

    assert counts(rates(cycle)) == counted


def test_report_in_time_counts_though_its_commitment_was_withdrawn_after_the_due_day(cycle, ilo, administrator):
    commitment = expected_report(cycle, {"lead_agency": ilo})
    published_report(commitment, on="2014-08-01")
    actions.withdraw(commitment, by=administrator, reason="It was entered twice.")

    assert counts(rates(cycle)) == {"ilo": (1, 1, 0, 0, 0)}


def test_report_on_a_restored_commitment_counts(cycle, ilo, administrator, time_machine):
    commitment = expected_report(cycle, {"lead_agency": ilo})
    time_machine.move_to("2014-08-01T12:00:00Z")
    actions.withdraw(commitment, by=administrator, reason="It was entered twice.")
    time_machine.move_to("2014-10-01T12:00:00Z")
    actions.restore(commitment, by=administrator, reason="It was not.")

    assert counts(rates(cycle)) == {"ilo": (1, 0, 0, 0, 1)}


def test_page_says_that_a_silent_commitment_was_withdrawn(client, secretariat, cycle, ilo):
    expected_report(cycle, {"lead_agency": ilo, "withdrawn": True, "withdrawn_on": date(2015, 3, 1)})
    client.force_login(secretariat)

    assertContains(client.get(reverse("admin:rates")), "withdrawn on 1 March 2015")


def test_page_of_a_chosen_cycle(client, secretariat, cycle):
    ReportingCycleFactory(opened=True, opens_on=date(2014, 8, 1), title="Later")
    client.force_login(secretariat)

    assert client.get(reverse("admin:rates")).context["cycle_rates"].cycle.title == "Later"
    assert client.get(reverse("admin:rates"), {"cycle": cycle.pk}).context["cycle_rates"].cycle == cycle


@pytest.mark.parametrize("asked_for", ["999999", "second"])
def test_cycle_that_is_none_is_refused_in_a_sentence(asked_for, client, secretariat, cycle):
    client.force_login(secretariat)

    page = client.get(reverse("admin:rates"), {"cycle": asked_for})

    assertContains(page, f"cycle: ‘{asked_for}’ is not a valid value of this filter.", status_code=400)
    assertContains(page, f"<code>{cycle.pk}</code>", status_code=400)


def test_page_without_any_cycle_says_so(client, secretariat):
    client.force_login(secretariat)

    assertContains(client.get(reverse("admin:rates")), "No reporting cycle has opened yet.")


@pytest.mark.parametrize("name", ["rates", "rates-file"])
def test_rates_are_for_the_secretariat(name, client, ilo_focal_point, cycle, answered):
    client.force_login(ilo_focal_point)

    assert client.get(reverse(f"admin:{name}")).status_code == 403


def test_file_has_every_cycle_lead_by_lead(client, secretariat, cycle, answered):
    AgencyFactory(code="silent", acronym="Silent")
    client.force_login(secretariat)

    lines = client.get(reverse("admin:rates-file")).content.decode("utf-8-sig").splitlines()

    assert lines == [
        "cycle,due_on,lead,lead_title,asked,reported_in_time,reported_late,waiting_for_review,silent,last_update",
        "Second half of 2014,2014-08-31,ilo,International Labour Organization,3,1,1,0,1,2014-09-01",
        "Second half of 2014,2014-08-31,iom,International Organization for Migration,1,0,0,1,0,",
        "Second half of 2014,2014-08-31,decent-work,Migration and Decent Work,1,1,0,0,0,2014-07-10",
    ]


@pytest.mark.exhaustive
def test_rates_cost_the_same_with_many_rows(client, secretariat, cycle, django_assert_num_queries):
    client.force_login(secretariat)

    for rows in (1, 6):
        for _number in range(rows):
            expected_report(cycle, {"lead_agency": AgencyFactory()})
        with django_assert_num_queries(QUERIES):
            client.get(reverse("admin:rates"))


QUERIES = 18
