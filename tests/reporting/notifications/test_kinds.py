"""The registry of kinds of notifications: each is complete, and what derives from it holds every kind."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from reporting.choices import NotificationKind
from reporting.models.notification import SUBJECTS
from reporting.notifications.digests import digest_sections, is_still_relevant
from reporting.notifications.events import SUBJECT_FIELD_BY_MODEL
from reporting.notifications.kinds import KINDS, complete_registry
from reporting.notifications.kinds.base import REGISTRY, Kind, register
from tests.support.factories import (
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    CorrectionFactory,
    NotificationFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
)

FACTORIES = {
    "commitment": CommitmentFactory,
    "report": ProgressReportFactory,
    "assessment": AssessmentFactory,
    "answer": AnswerFactory,
    "cycle": ReportingCycleFactory,
    "correction": CorrectionFactory,
}
LOG_QUERIES = 5
SUBJECTS_OF_KINDS = [(kind, subject) for kind in NotificationKind for subject in kind.meaning.subjects]


def notification(kind, subject, **values):
    return NotificationFactory(kind=kind, **{"commitment": None, subject: FACTORIES[subject](), **values})


def test_every_value_has_its_class_in_the_order_of_urgency():
    assert list(KINDS) == list(NotificationKind)
    assert [kind.value for kind in KINDS.values()] == list(NotificationKind)


def test_every_kind_is_brought_about():
    source = "\n".join(path.read_text() for path in Path(settings.BASE_DIR, "reporting").rglob("*.py"))

    used = set(re.findall(r"(?<!value = )\bNotificationKind\.(\w+)", source))

    assert {kind.name for kind in NotificationKind} - used == set(), (
        "Nothing brings about these kinds: call events.notify() in an action, or yield them from a @daily function."
    )


def test_value_without_a_class_is_refused():
    incomplete = {value: kind for value, kind in REGISTRY.items() if value != NotificationKind.REMINDED}

    with pytest.raises(LookupError, match="reminded"):
        complete_registry(incomplete)


class Whole(Kind):
    value = NotificationKind.SUBMITTED
    essential = False
    immediate = False
    section = staticmethod(lambda person, notifications: [])

    def recipients(self, row):
        return []

    def is_relevant(self, person, row):
        return True


@pytest.mark.parametrize("name", ["value", "essential", "immediate", "section"])
def test_class_without_a_declaration_is_refused(name):
    members = {key: member for key, member in vars(Whole).items() if key not in (name, "__dict__", "__weakref__")}
    before = dict(REGISTRY)

    with pytest.raises(TypeError, match=f"Partial lacks {name}"):
        register(type("Partial", (Kind,), members))

    assert before == REGISTRY


@pytest.mark.parametrize("name", ["recipients", "is_relevant"])
def test_class_without_a_method_is_refused(name):
    members = {key: member for key, member in vars(Whole).items() if key not in (name, "__dict__", "__weakref__")}
    before = dict(REGISTRY)

    with pytest.raises(TypeError, match=name):
        register(type("Partial", (Kind,), members))

    assert before == REGISTRY


def test_second_class_of_a_value_is_refused():
    before = dict(REGISTRY)

    with pytest.raises(TypeError, match="submitted has its class already: Submitted"):
        register(Whole)

    assert before == REGISTRY


def test_subjects_are_the_models_of_the_columns():
    assert (
        set(SUBJECT_FIELD_BY_MODEL.values())
        == set(SUBJECTS)
        == {name for kind in NotificationKind for name in kind.meaning.subjects}
    )
    assert set(FACTORIES) == set(SUBJECTS)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "subject"), SUBJECTS_OF_KINDS)
def test_every_kind_has_its_section_in_a_mail_about_every_subject(kind, subject, secretariat):
    row = notification(kind, subject, recipient=secretariat)

    sections = digest_sections(secretariat, [row])

    assert len(sections) == 1
    assert sections[0].title and sections[0].intro
    assert "%(" not in sections[0].title + sections[0].intro


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "subject"), SUBJECTS_OF_KINDS)
def test_every_kind_decides_who_receives_it_and_whether_it_is_relevant(kind, subject, secretariat):
    row = notification(kind, subject, recipient=secretariat)

    assert all(isinstance(person, User) for person in KINDS[kind].recipients(row.subject))
    assert is_still_relevant(row) in (True, False)
    assert isinstance(KINDS[kind].deduplication_key(row.subject), int)  # also if optional columns of the row are empty


@pytest.mark.django_db
def test_log_needs_as_many_queries_for_many_subjects_as_for_one(client, administrator, django_assert_num_queries):
    client.force_login(administrator)
    page = reverse("admin:reporting_notification_changelist")
    for kind, subject in SUBJECTS_OF_KINDS:
        notification(kind, subject, recipient=administrator)
    with django_assert_num_queries(LOG_QUERIES):
        client.get(page)

    for _number in range(3):
        for kind, subject in SUBJECTS_OF_KINDS:
            notification(kind, subject, recipient=administrator)

    with django_assert_num_queries(LOG_QUERIES):
        html = client.get(page).content.decode()
    assert html.count("field-about") == 4 * len(SUBJECTS_OF_KINDS)
