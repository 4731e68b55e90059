from datetime import date

import pytest

from agenda.models import Alignment, Event, Framework, Statement
from tests.support.factories import (
    AgendaPointFactory,
    AlignmentFactory,
    EventFactory,
    FrameworkFactory,
    StatementFactory,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def same_cell_twice():
    first = AlignmentFactory(strength="ticked")
    AlignmentFactory(framework=first.framework, point=first.point, strength="explicit")


def two_bases():
    FrameworkFactory(is_base=True)
    FrameworkFactory(is_base=True)


def same_position_twice():
    StatementFactory(section="mandate", position=1)
    StatementFactory(section="mandate", position=1, text="another line")


REFUSED = [
    ("agenda_point_number_from_one", lambda: AgendaPointFactory(number=0)),
    ("framework_one_base", two_bases),
    ("alignment_once_per_cell", same_cell_twice),
    ("alignment_strength_known", lambda: AlignmentFactory(strength="strong")),
    ("statement_once_per_position", same_position_twice),
    ("statement_section_known", lambda: StatementFactory(section="foreword")),
    ("event_ends_after_start", lambda: EventFactory(starts_on=date(2014, 5, 14), ends_on=date(2014, 5, 13))),
]
UNIQUE = [(AgendaPointFactory, "number", 3), (FrameworkFactory, "code", "srsg"), (EventFactory, "slug", "hld")]
CHOICES = [
    (Alignment, "strength", "alignment_strength_known"),
    (Statement, "section", "statement_section_known"),
]


@pytest.mark.parametrize(("constraint", "write"), REFUSED)
def test_bad_row_is_refused_by_the_database(constraint, write, assert_refused_by):
    assert_refused_by(constraint, write)


@pytest.mark.parametrize(("factory", "field", "value"), UNIQUE)
def test_second_row_with_the_same_identifier_is_refused(factory, field, value, assert_unique):
    assert_unique(factory, field, value)


@pytest.mark.parametrize(("model", "field", "constraint"), CHOICES)
def test_choices_are_those_of_the_database(model, field, constraint, constraint_values):
    choices = {value for value, _ in model._meta.get_field(field).choices}

    assert constraint_values(constraint) == choices


def test_every_declared_rule_is_in_the_tables_above(assert_declared):
    assert_declared(
        "agenda",
        constraints={constraint for constraint, _ in REFUSED},
        unique={(factory._meta.model, field) for factory, field, _ in UNIQUE},
        choices={(model, field) for model, field, _ in CHOICES},
    )


def test_frameworks_beside_the_base_are_taken():
    FrameworkFactory(is_base=True)
    FrameworkFactory()
    FrameworkFactory()

    assert Framework.objects.filter(is_base=False).count() == 2


def test_same_position_in_another_section_is_taken():
    StatementFactory(section="mandate", position=1)
    StatementFactory(section="ongoing_work", position=1)

    assert Statement.objects.count() == 2


@pytest.mark.parametrize(
    ("day", "slugs"),
    [
        (None, ["hld", "gfmd"]),
        (date(2013, 10, 2), []),
        (date(2013, 10, 3), ["hld"]),
        (date(2014, 5, 14), ["hld", "gfmd"]),
    ],
)
def test_events_that_had_begun_by_a_day(day, slugs):
    EventFactory(slug="gfmd", starts_on=date(2014, 5, 14), ends_on=date(2014, 5, 16))
    EventFactory(slug="hld", starts_on=date(2013, 10, 3), ends_on=date(2013, 10, 4))

    assert [event.slug for event in Event.objects.until(day)] == slugs


def test_names_and_addresses_of_rows(points):
    framework = FrameworkFactory(code="srsg", title="Special Representative")
    event = EventFactory(slug="gfmd", title="Global Forum")

    assert str(points[1]) == "2. Reduce the costs of labour migration"
    assert points[1].get_absolute_url() == "/agenda/2/"
    assert str(framework) == "Special Representative"
    assert framework.get_absolute_url() == "/agenda/convergence/#srsg"
    assert str(AlignmentFactory(framework=framework, point=points[1])) == (
        "Special Representative × 2. Reduce the costs of labour migration"
    )
    assert str(StatementFactory(section="road_ahead", position=2)) == "The road ahead 2"
    assert str(event) == "Global Forum"
    assert event.get_absolute_url() == "/timeline/#gfmd"
