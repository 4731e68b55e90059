"""Transactions that touch the same commitments at once: the last to commit leaves standings that hold both changes."""

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from agencies.models import Agency
from register.standings.verification import differences
from tests.support.factories import CommitmentFactory, PartnerFactory, corrected, published_report

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def commit_at_once(*writes):
    """Run each write in a transaction of its own; all commit after the last has written. Return the errors."""
    written, errors = Barrier(len(writes)), []

    def run(write):
        try:
            with transaction.atomic():
                write()
                written.wait(timeout=60)
        except Exception as error:  # noqa: BLE001 – the test shows it
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[write]) for write in writes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return errors


def test_two_changes_of_one_commitment_both_stand(ilo, iom):
    with transaction.atomic():
        commitment = CommitmentFactory(lead_agency=ilo)

    errors = commit_at_once(
        lambda: PartnerFactory(commitment=commitment, agency=iom),
        lambda: published_report(type(commitment).objects.get(pk=commitment.pk), status="planning"),
    )

    standing = commitment.standings.on(None).get()
    assert errors == []
    assert (standing.partner_codes, standing.status) == (["iom"], "planning")
    assert list(differences()) == []


@pytest.mark.parametrize("attempt", range(3))
def test_rename_of_a_lead_and_changes_of_its_commitments_in_opposite_order(ilo, iom, attempt):
    with transaction.atomic():
        rows = [CommitmentFactory(lead_agency=ilo) for _number in range(12)]

    def amend(order):
        def write():
            # Of each pair one transaction writes the first and the other the second, so that neither waits for a row.
            for row in order:
                corrected(type(row).objects.get(pk=row.pk), summary=f"Amended {attempt}")

        return write

    errors = commit_at_once(
        lambda: Agency.objects.filter(pk=ilo.pk).update(name="Organization of New"),
        amend(rows[0::2]),
        amend(rows[1::2][::-1]),
    )

    assert errors == []
    assert list(differences()) == []
    standings = [row.standings.on(None).get() for row in rows]
    assert {standing.lead_name for standing in standings} == {"Organization of New"}
    assert {standing.summary for standing in standings} == {f"Amended {attempt}"}
