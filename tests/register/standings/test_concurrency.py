"""Transactions that touch the same commitments at once: the last to commit leaves standings that hold both changes."""

import random
from functools import partial
from threading import Barrier, Thread

import pytest
from concurrency.exceptions import RecordModifiedError
from django.db import IntegrityError, OperationalError, connection, transaction

from agencies.models import Agency
from commitments.models import Commitment
from register.models import Standing
from register.standings.verification import differences
from tests.support.factories import (
    AgencyFactory,
    CommitmentFactory,
    PartnerFactory,
    corrected,
    many,
    many_published_reports,
    published_report,
)

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


def test_random_edits_beside_bulk_loads_leave_nothing_to_repair(ilo, iom):
    """Some lose, as before: to an edit of the same row, or to PostgreSQL's check of keys while it commits."""
    with transaction.atomic():
        keys = [CommitmentFactory(lead_agency=ilo).pk for _number in range(8)]
    done, lost = [], []

    def attempt(kind, act):
        try:
            with transaction.atomic():
                act()
            done.append(kind)
        except (RecordModifiedError, IntegrityError, OperationalError) as error:
            lost.append(error)

    def edit(seed):
        chance = random.Random(seed)
        for number in range(20):
            attempt("edit", partial(edit_one, chance, chance.choice(keys), f"{seed}-{number}", ilo))
        connection.close()

    def load():
        for _number in range(4):
            attempt("load", lambda: many_published_reports(many(CommitmentFactory, 20, lead_agency=iom)))
        connection.close()

    threads = [Thread(target=edit, args=[seed]) for seed in range(3)] + [Thread(target=load)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert len(done) + len(lost) == 64
    assert len(done) > 32
    assert Standing.objects.on(None).count() == len(keys) + 20 * done.count("load")
    assert list(differences()) == []


def edit_one(chance, key, name, lead):
    """Amend, report on or join a commitment, or rename its lead."""
    row = Commitment.objects.get(pk=key)
    match chance.randrange(4):
        case 0:
            corrected(row, title=f"Title {name}")
        case 1:
            published_report(row, status="planning", on="2015-01-31")
        case 2:
            PartnerFactory(commitment=row, agency=AgencyFactory(code=f"a{name}"))
        case 3:
            Agency.objects.filter(pk=lead.pk).update(acronym=name)
