from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reporting import actions
from tests.reporting.actions.rows import CHANGED_SINCE, state_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_withdrawal_has_its_day_and_reason(commitment, secretariat, time_machine):
    time_machine.move_to("2014-09-01T12:00:00+00:00", tick=False)

    actions.withdraw(commitment, reason=" Entered twice. ", by=secretariat)

    commitment.refresh_from_db()
    assert (commitment.state, commitment.withdrawn_reason) == ("withdrawn", "Entered twice.")
    assert (commitment.withdrawn_on, commitment.published_on) == (date(2014, 9, 1), date(2014, 2, 20))
    line = commitment.history.latest("history_id")
    assert (line.history_change_reason, line.history_user) == ("withdraw", secretariat)


@pytest.mark.parametrize("reason", ["", " "])
def test_withdrawal_needs_a_reason(reason, commitment, secretariat):
    with pytest.raises(ValidationError) as refusal:
        actions.withdraw(commitment, reason=reason, by=secretariat)

    assert refusal.value.message_dict == {"reason": ["Say why the commitment is withdrawn."]}
    assert state_of(commitment) == "published"


@pytest.mark.parametrize("person", ["ilo_focal_point", "undesa_focal_point", "outsider"])
def test_withdrawal_is_for_the_secretariat(person, commitment, request):
    person = request.getfixturevalue(person)

    with pytest.raises(PermissionDenied):
        actions.withdraw(commitment, reason="Entered twice.", by=person)

    assert state_of(commitment) == "published"


def test_withdrawal_of_what_has_changed_since_is_refused(commitment, secretariat):
    with pytest.raises(ValidationError) as refusal:
        actions.withdraw(commitment, reason="Entered twice.", by=secretariat, seen=commitment.version - 1)

    assert refusal.value.messages == [CHANGED_SINCE]
    assert state_of(commitment) == "published"
