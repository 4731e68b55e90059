from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from reporting import actions
from tests.reporting.actions.rows import commitment_in, state_of
from tests.support.factories import CommitmentFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize("note", ["", "  \n"])
def test_sending_back_needs_a_note(note, secretariat):
    row = commitment_in("submitted")

    with pytest.raises(ValidationError) as refusal:
        actions.send_back(row, note=note, by=secretariat)

    assert refusal.value.message_dict == {"note": ["Write a note that says what to mend."]}
    assert state_of(row) == "submitted"


def test_send_back_notes_who_when_and_why(secretariat, time_machine):
    row = commitment_in("submitted")
    time_machine.move_to("2014-06-30T12:00:00+00:00", tick=False)

    actions.send_back(row, note=" Name the source. ", by=secretariat)

    row.refresh_from_db()
    assert (row.state, row.review_note, row.reviewed_by) == ("sent_back", "Name the source.", secretariat)
    assert row.reviewed_at == datetime(2014, 6, 30, 12, tzinfo=UTC)
    assert row.published_on is None


def test_what_was_sent_back_is_submitted_again_and_published(ilo, ilo_focal_point, secretariat):
    draft = CommitmentFactory(draft=True, lead_agency=ilo)
    actions.submit(draft, by=ilo_focal_point)
    actions.send_back(draft, note="Name the source.", by=secretariat)

    again = actions.submit(draft, by=ilo_focal_point)
    waiting = (again.state, again.reviewed_by, again.reviewed_at)
    actions.publish(again, by=secretariat)

    assert waiting == ("submitted", None, None)
    assert state_of(draft) == "published"
