"""Random histories: on every day each standing is what a replay in plain Python says.

PROPERTY_EXAMPLES says how many histories are tried.
"""

import os
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection

from register.models import PendingRebuild, Standing
from register.standings.verification import differences
from tests.register.standings.plain_history import ONE_DAY, START, History

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.exhaustive]

HISTORIES = int(os.environ.get("PROPERTY_EXAMPLES") or 4)
STEPS = 60
VECTOR = """
    SELECT strip(setweight(to_tsvector('portal_english', %s), 'A') || setweight(to_tsvector('portal_english', %s), 'B')
        || setweight(to_tsvector('portal_english', %s), 'C'))::text
"""


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_every_day_stands_as_a_replay_of_what_happened(seed):
    history = History(seed)
    history.run(STEPS)

    rows = {plain: list(plain.row.standings.order_by("valid")) for plain in history.commitments}

    assert not PendingRebuild.objects.exists()
    assert Standing.objects.count() == sum(map(len, rows.values()))
    for plain, periods in rows.items():
        assert periods[0].valid.lower == plain.published
        assert periods[-1].valid.upper is None
        assert all(one.valid.upper == next_one.valid.lower for one, next_one in pairwise(periods))
        day = min(START, plain.published)
        while day <= history.now + ONE_DAY:
            standing = next((row for row in periods if day in row.valid), None)
            assert (standing is not None) == (plain.published <= day)
            if standing:
                expected = history.on(plain, day)
                searched = expected.pop("searched")
                assert {name: getattr(standing, name) for name in expected} == expected, (plain.row, day)
                standing.searched = getattr(standing, "searched", searched)
                assert standing.searched == searched
            day += timedelta(days=1)
        for standing in periods:
            assert vector_of(standing) == vector(standing.searched)
    assert list(differences()) == []


def vector(texts):
    with connection.cursor() as cursor:
        cursor.execute(VECTOR, texts)
        return cursor.fetchone()[0]


def vector_of(standing):
    with connection.cursor() as cursor:
        cursor.execute("SELECT strip(search)::text FROM register_standing WHERE id = %s", [standing.pk])
        return cursor.fetchone()[0]
