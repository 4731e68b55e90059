"""A commitment that was wrongly withdrawn is restored: both steps stay public, and a past day shows what held then."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import InternalError, connection, transaction
from django.urls import reverse

from commitments.models import Commitment, Withdrawal
from register.changes.comparison import compare
from register.changes.published import changes
from reporting import actions
from tests.support.factories import CommitmentFactory, corrected, published_report

pytestmark = pytest.mark.django_db

WITHDRAWN, RESTORED = "2014-09-01", "2014-10-15"


@pytest.fixture
def restored(commitment, secretariat, time_machine):
    """Withdrawn on 1 September 2014 and restored on 15 October; one report before."""
    published_report(commitment)
    time_machine.move_to(f"{WITHDRAWN}T12:00:00+00:00", tick=False)
    actions.withdraw(commitment, reason="Entered twice.", by=secretariat)
    time_machine.move_to(f"{RESTORED}T12:00:00+00:00", tick=False)
    actions.restore(commitment, reason=" It is another programme. ", by=secretariat)
    time_machine.move_to("2014-12-01T12:00:00+00:00", tick=False)
    commitment.refresh_from_db()
    return commitment


@pytest.mark.database
def test_restoration_has_its_day_and_reason(restored, secretariat):
    assert (restored.state, restored.withdrawn_on, restored.withdrawn_reason) == ("published", None, "")
    assert (restored.restored_on, restored.restored_reason) == (date(2014, 10, 15), "It is another programme.")
    assert (restored.published_on, restored.status) == (date(2014, 2, 20), "in_progress")
    line = restored.history.latest("history_id")
    assert (line.history_change_reason, line.history_user) == ("restore", secretariat)


@pytest.mark.parametrize("reason", ["", " "])
def test_restoration_needs_a_reason(reason, secretariat):
    commitment = CommitmentFactory(withdrawn=True)

    with pytest.raises(ValidationError) as refusal:
        actions.restore(commitment, reason=reason, by=secretariat)

    assert refusal.value.message_dict == {"reason": ["Say why the commitment is restored."]}
    assert Commitment.objects.get().state == "withdrawn"


@pytest.mark.parametrize("person", ["ilo_focal_point", "undesa_focal_point", "outsider"])
def test_restoration_is_for_the_secretariat(person, ilo, request):
    commitment, person = CommitmentFactory(withdrawn=True, lead_agency=ilo), request.getfixturevalue(person)

    with pytest.raises(PermissionDenied):
        actions.restore(commitment, reason="It is another programme.", by=person)

    assert Commitment.objects.get().state == "withdrawn"


def test_restoring_is_a_step_of_the_editor_area(secretariat, client):
    commitment = CommitmentFactory(withdrawn=True)
    client.force_login(secretariat)
    change, step = (
        reverse(f"admin:commitments_commitment_{page}", args=[commitment.pk]) for page in ("change", "restore")
    )

    offered = step in client.get(change).content.decode()
    client.post(step, {"reason": "It is another programme."})

    commitment.refresh_from_db()
    assert offered
    assert (commitment.state, commitment.restored_reason) == ("published", "It is another programme.")
    assert step not in client.get(change).content.decode()


DAYS = [
    ("2014-08-31", "published"),
    (WITHDRAWN, "withdrawn"),
    ("2014-10-14", "withdrawn"),
    (RESTORED, "published"),
    (None, "published"),
]


@pytest.mark.database
@pytest.mark.parametrize(("day", "state"), DAYS)
def test_past_day_shows_what_held_then(restored, client, day, state):
    query = {"as_of": day} if day else {}

    row = client.get(f"/api/v1/commitments/{restored.reference}/", query).json()
    listed = [each["reference"] for each in client.get("/api/v1/commitments/", query).json()["results"]]
    page = client.get(restored.get_absolute_url(), query).content.decode()

    assert (row["state"], row["withdrawn_on"]) == (state, WITHDRAWN if state == "withdrawn" else None)
    assert row["withdrawn_reason"] == ("Entered twice." if state == "withdrawn" else "")
    assert listed == ([restored.reference] if state == "published" else [])
    assert ("This commitment was withdrawn on 1 September 2014." in page) is (state == "withdrawn")


STEPS = {"withdrawn_on": WITHDRAWN, "withdrawn_reason": "Entered twice."}


@pytest.mark.parametrize(
    ("day", "withdrawals"),
    [
        ("2014-08-31", []),
        (WITHDRAWN, [{**STEPS, "restored_on": None, "restored_reason": ""}]),
        (None, [{**STEPS, "restored_on": RESTORED, "restored_reason": "It is another programme."}]),
    ],
)
def test_api_has_both_steps(restored, client, day, withdrawals):
    row = client.get(f"/api/v1/commitments/{restored.reference}/", {"as_of": day} if day else {}).json()

    assert row["withdrawals"] == withdrawals


def test_both_steps_stay_on_the_page_with_their_reasons(restored, client):
    page = client.get(restored.get_absolute_url())

    entries = [(entry.kind, entry.on.iso, entry.reason) for entry in page.context["history"].entries]
    assert entries == [
        ("restored", RESTORED, "It is another programme."),
        ("withdrawn", WITHDRAWN, "Entered twice."),
        ("status", "2014-06-30", ""),
        ("published", "2014-02-20", ""),
    ]
    assert {"Entered twice.", "It is another programme."} <= {
        reason for reason in ("Entered twice.", "It is another programme.") if reason in page.content.decode()
    }


@pytest.mark.database
def test_both_steps_are_changes(restored):
    changes_read = [(change.key.partition("/")[2], change.on.iso, change.reason) for change in changes()]

    assert changes_read[:2] == [
        ("restored", RESTORED, "It is another programme."),
        ("withdrawn", WITHDRAWN, "Entered twice."),
    ]
    assert [change.kind for change in changes(date(2014, 10, 14))] == ["withdrawn", "report", "published"]


@pytest.mark.database
def test_second_withdrawal_is_another_change(restored, secretariat):
    actions.withdraw(restored, reason="It was never undertaken.", by=secretariat)
    actions.restore(restored, reason="It was.", by=secretariat)
    actions.withdraw(restored, reason="It was not.", by=secretariat)

    keys = [change.key.partition("/")[2] for change in changes()]
    restored.refresh_from_db()
    assert keys == ["withdrawn-3", "restored-2", "withdrawn-2", "restored", "withdrawn", "report-1", "published"]
    assert (restored.state, restored.withdrawn_reason, restored.restored_on) == ("withdrawn", "It was not.", None)


def test_timeline_and_feed_have_both_steps(restored, client):
    for address in ("/timeline/", "/feeds/changes.atom"):
        text = client.get(address).content.decode()
        assert "Commitment withdrawn" in text
        assert "Commitment restored" in text
        assert "It is another programme." in text


def test_what_was_restored_counts_as_withdrawn_in_no_comparison(restored):
    between = compare(date(2014, 8, 1), date(2014, 9, 30))
    after = compare(date(2014, 8, 1), date(2014, 11, 1))

    assert [row.withdrawal.withdrawn_reason for row in between.lists["withdrawn"]] == ["Entered twice."]
    assert after.lists["withdrawn"] == []


# The database


@pytest.mark.database
def test_withdrawn_commitment_is_published_again_only_by_a_restoration():
    commitment = CommitmentFactory(withdrawn=True)

    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        corrected(commitment, state="published", withdrawn_on=None, withdrawn_reason="")

    assert Commitment.objects.get().state == "withdrawn"


@pytest.mark.database
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commitments_withdrawal SET withdrawn_reason = 'Other'",
        "DELETE FROM commitments_withdrawal",
        "INSERT INTO commitments_withdrawal (commitment_id, withdrawn_on, withdrawn_reason, withdrawn_at,"
        " restored_on, restored_reason, restored_at)"
        " SELECT id, '2014-01-01', 'Other', now(), '2014-01-02', 'Other', now() FROM commitments_commitment",
    ],
)
def test_withdrawals_are_recorded_by_the_commitment_alone(restored, statement):
    refused = pytest.raises(InternalError, match="recorded by the commitment alone")

    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Withdrawal.objects.count() == 1


# What says so while it is withdrawn


@pytest.fixture
def withdrawn(ilo):
    return CommitmentFactory(lead_agency=ilo, title="Twice", withdrawn=True)


def test_withdrawn_page_is_kept_out_of_search_engines(client, withdrawn, commitment):
    sitemap = client.get("/sitemap.xml").content.decode()
    tag = '<meta name="robots" content="noindex">'

    assert commitment.get_absolute_url() in sitemap
    assert withdrawn.get_absolute_url() not in sitemap
    for query in ({}, {"as_of": "2014-08-31"}):
        assert tag in client.get(withdrawn.get_absolute_url(), query).content.decode()
        assert tag not in client.get(commitment.get_absolute_url(), query).content.decode()


@pytest.mark.parametrize("form", ["json", "xml"])
def test_oembed_of_a_withdrawn_commitment_says_so(client, withdrawn, form):
    page = f"http://testserver{withdrawn.get_absolute_url()}"
    title = f"Withdrawn: {withdrawn}"

    then = client.get("/oembed/", {"url": f"{page}?as_of=2014-08-31", "format": form}).content.decode()
    now = client.get("/oembed/", {"url": page, "format": form})

    assert now.status_code == 200
    assert now.content.decode().count(title) == 2  # the title, and the name of the frame
    assert "Withdrawn" not in then


@pytest.mark.parametrize("ending", ["", "cite.bib", "cite.ris"])
def test_citation_of_a_withdrawn_commitment_says_so(client, withdrawn, ending):
    address = f"{withdrawn.get_absolute_url()}{ending}"

    assert "withdrawn on 1 September 2014" in client.get(address).content.decode()
    assert "withdrawn on 1 September 2014" not in client.get(address, {"as_of": "2014-08-31"}).content.decode()


def test_linked_data_of_a_withdrawn_commitment_says_so(client, withdrawn):
    row = client.get(f"/api/v1/commitments/{withdrawn.reference}/", {"format": "jsonld"}).json()

    assert (row["state"], row["withdrawn_on"], row["withdrawn_reason"]) == ("withdrawn", "2014-09-01", "Entered twice.")
    assert "withdrawn on 1 September 2014" in row["citation"]
