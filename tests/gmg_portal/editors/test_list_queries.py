"""No query parameter of a list, of the editor area or of the API, reaches a column that its page does not show."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import ResolverMatch, reverse
from pytest_django.asserts import assertNotContains

from accounts.models import AccessToken, Invitation, User
from agencies.models import Agency
from agenda.models import Event
from commitments.models import Commitment, Milestone, Partner
from gmg_portal.api.urls import RESOURCES
from gmg_portal.editors.admin_base.strict_lists import StrictListMixin
from gmg_portal.editors.list_queries.autocomplete import StrictAutocompleteView
from gmg_portal.editors.list_queries.lookups import lookups_of_hierarchy
from gmg_portal.editors.list_queries.params import check_list_query
from gmg_portal.models import AuditEntry, IdempotencyRecord
from reporting import actions
from reporting.models import (
    Answer,
    Assessment,
    AutosavedForm,
    Contribution,
    Correction,
    Evidence,
    Notification,
    ProgressReport,
)
from tests.support import shared_cast
from tests.support.factories import (
    AccessTokenFactory,
    AnswerFactory,
    AssessmentFactory,
    AuditEntryFactory,
    AutosavedFormFactory,
    CommitmentFactory,
    ContributionFactory,
    CorrectionFactory,
    DigestFactory,
    EditionFactory,
    EvidenceFactory,
    FrameworkFactory,
    IdempotencyRecordFactory,
    InvitationFactory,
    MembershipFactory,
    MilestoneFactory,
    NotificationFactory,
    PartnerFactory,
    ProgressReportFactory,
    RecommendationFactory,
    StakeholderFactory,
    UserFactory,
    WorkPlanFactory,
    published_report,
    with_second_step,
)
from tests.support.form_filling import filled

pytestmark = pytest.mark.django_db

ROLES = ["administrator", "secretariat", "ilo_focal_point", "ilo_alternate", "iom_focal_point", "ohchr_focal_point"]
TABLES = dict(sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label))
LOOKUPS = ["", "__exact", "__startswith", "__icontains", "__gt", "__isnull", "__in", "__regex"]
MAX_STEPS = 4
# Models of which no column may be asked about through another table.
PRIVATE_MODELS = {
    Authenticator,
    UserSession,
    AuditEntry,
    AutosavedForm,
    IdempotencyRecord,
    AccessAttempt,
    Invitation,
    Correction,
}
PRIVATE_COLUMNS = {(User, "password"), (User, "email"), (AccessToken, "hashed_key"), (AccessToken, "prefix")}
# Models whose rows may be unpublished: none of their texts may be asked about.
UNPUBLISHED_MODELS = {Commitment, ProgressReport, Assessment, Answer, Contribution, Evidence, Milestone, Partner}
SECRET = "Not for the public"


ilo, iom, ohchr, undesa = shared_cast.ilo, shared_cast.iom, shared_cast.ohchr, shared_cast.undesa
decent_work, data_and_research = shared_cast.decent_work, shared_cast.data_and_research
administrator, secretariat, outsider = shared_cast.administrator, shared_cast.secretariat, shared_cast.outsider
ilo_focal_point, ilo_alternate = shared_cast.ilo_focal_point, shared_cast.ilo_alternate
iom_focal_point, ohchr_focal_point = shared_cast.iom_focal_point, shared_cast.ohchr_focal_point


@pytest.fixture(scope="module", autouse=True)
def people(
    administrator, secretariat, ilo_focal_point, ilo_alternate, iom_focal_point, ohchr_focal_point, outsider
) -> dict:
    """The people of this file by their names; they are there in every test."""
    users = (administrator, secretariat, ilo_focal_point, ilo_alternate, iom_focal_point, ohchr_focal_point, outsider)
    return {user.username: user for user in users}


def changelist(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def request_of(user):
    request = RequestFactory().get("/admin/")
    request.user = user
    request.resolver_match = ResolverMatch(lambda: None, (), {}, url_name="")
    return request


@pytest.fixture(params=ROLES)
def person(request, people):
    return people[request.param]


@pytest.fixture
def as_ilo(client, ilo_focal_point):
    client.force_login(ilo_focal_point)
    return client


# Attacks by row counts


@pytest.fixture
def reviewed(ilo, secretariat):
    """A published report of ILO that the secretariat reviewed, with the secretariat's session and second step."""
    report = ProgressReportFactory(submitted=True, commitment=CommitmentFactory(lead_agency=ilo), on_behalf_of=ilo)
    EvidenceFactory(report=report)
    actions.publish(report, by=secretariat)
    with_second_step(secretariat)
    UserSession.objects.create(user=secretariat, session_key="a" * 32, ip="192.0.2.1", user_agent="Browser")
    return report


LOOKUPS_OF_PEOPLE = [
    ("commitment__lead_agency__memberships__user__password__startswith", "md5$", "zz"),
    ("commitment__reports__reviewed_by__password__startswith", "md5$", "zz"),
    ("commitment__reports__reviewed_by__email__startswith", "secretariat", "zz"),
    ("commitment__reports__reviewed_by__usersession__session_key__startswith", "aaa", "zzz"),
    ("commitment__reports__reviewed_by__authenticator__data__secret__startswith", "J", "z"),
    ("commitment__reports__reviewed_by__authenticator__data__icontains", "secret", "zzz"),
    ("commitment__workgroup__commitments__title__icontains", "a", "zzz"),
    ("cycle__reports__achieved__icontains", "a", "zzz"),
    ("on_behalf_of__memberships__user__password__startswith", "md5$", "zz"),
]


def test_list_of_reports_answers_no_question_about_people(as_ilo, reviewed):
    statuses = {
        lookup: [as_ilo.get(changelist(ProgressReport), {lookup: value}).status_code for value in (right, wrong)]
        for lookup, right, wrong in LOOKUPS_OF_PEOPLE
    }

    assert statuses == {lookup: [400, 400] for lookup, _right, _wrong in LOOKUPS_OF_PEOPLE}


def test_list_of_reports_reads_no_draft_of_another_agency(as_ilo, iom, cycle):
    foreign = CommitmentFactory(lead_agency=iom)
    published_report(foreign)
    ProgressReportFactory(commitment=foreign, achieved=SECRET)

    answer = as_ilo.get(changelist(ProgressReport), {"commitment__reports__achieved__icontains": SECRET})

    assert answer.status_code == 400


def test_list_of_commitments_reads_no_draft_of_another_agency(as_ilo, iom):
    CommitmentFactory(lead_agency=iom)
    CommitmentFactory(lead_agency=iom, draft=True, title=SECRET)

    answer = as_ilo.get(changelist(Commitment), {"lead_agency__led_commitments__title__icontains": SECRET})

    assert answer.status_code == 400


def test_refused_parameter_is_named_with_what_is_allowed_and_audited(as_ilo, ilo_focal_point):
    lookup = "lead_agency__memberships__user__password__startswith"

    answer = as_ilo.get(changelist(Commitment), {lookup: "pbkdf2"})

    page = answer.content.decode()
    entry = AuditEntry.objects.get(what="refused")
    assert answer.status_code == 400
    assert f"‘{lookup}’ is not a parameter of this list." in page
    assert "<code>lead_agency__id__exact</code>" in page
    assert "pbkdf2" not in page
    assert (entry.person, entry.reason) == (ilo_focal_point, f"parameter {lookup}")
    assert entry.via == f"GET {changelist(Commitment)}"


@pytest.mark.parametrize("role", ["secretariat", "administrator"])
def test_pages_of_the_editor_area_refuse_unknown_parameters_and_the_audit_names_them(people, client, role, commitment):
    person = people[role]
    client.force_login(person)
    addresses = [
        reverse("admin:index"),
        reverse("admin:app_list", args=["commitments"]),
        reverse("admin:queue"),
        reverse("admin:rates"),
        reverse("admin:rates-file"),
        reverse("admin:handover", args=["ilo"]),
        reverse("admin:commitments_commitment_history", args=[commitment.pk]),
        reverse("admin:gmg_portal_auditentry_changelist"),
    ]

    statuses = {
        address: [client.get(address, query).status_code for query in ({}, {"fo": "x"})] for address in addresses
    }

    assert statuses == dict.fromkeys(addresses, [200, 400])
    refused = AuditEntry.objects.filter(what="refused").order_by("pk")
    assert [(entry.person, entry.via, entry.reason) for entry in refused] == [
        (person, f"GET {address}", "parameter fo") for address in addresses
    ]


def test_file_of_drafts_refuses_unknown_parameters(as_ilo):
    address = reverse("admin:commitments_commitment_file", args=["export.csv"])

    assert [as_ilo.get(address, params).status_code for params in ({}, {"lead": "iom"})] == [200, 400]


def test_user_without_the_page_learns_nothing_of_its_parameters(as_ilo):
    assert as_ilo.get(reverse("admin:rates"), {"cycle": "x"}).status_code == 403
    assert as_ilo.get(reverse("admin:handover", args=["ilo"]), {"x": "y"}).status_code == 400


@pytest.mark.parametrize(("page", "status"), [("1", 200), ("2", 400), ("0", 400), ("x", 400), ("", 400)])
def test_history_refuses_a_page_that_it_does_not_have(as_ilo, commitment, page, status):
    address = reverse("admin:commitments_commitment_history", args=[commitment.pk])

    assert as_ilo.get(address, {"p": page, "_changelist_filters": "state__exact=draft"}).status_code == status


# Every table, every path


def private_paths(model, steps=MAX_STEPS, prefix="") -> Iterator[str]:
    """Yield every lookup path to a private column: each way of up to four relations, forward and reverse."""
    for field in model._meta.get_fields():
        name = getattr(field, "name", "")
        if isinstance(field, models.ForeignObjectRel):
            name = field.field.related_query_name()
        if field.is_relation and field.related_model:
            if steps:
                yield from private_paths(field.related_model, steps - 1, f"{prefix}{name}__")
        elif prefix and is_private(model, field):
            yield f"{prefix}{name}"


def is_private(model, column) -> bool:
    if model in PRIVATE_MODELS or (model, column.name) in PRIVATE_COLUMNS or hasattr(model, "instance_type"):
        return True
    return model in UNPUBLISHED_MODELS and isinstance(column, models.CharField | models.TextField)


def test_no_table_decides_on_lookups_by_itself():
    """The walk below asks each table once for all roles that are offered the same lookups."""
    owners = {type(table).lookup_allowed for table in TABLES.values()}

    assert owners == {StrictListMixin.lookup_allowed}


@pytest.mark.exhaustive
def test_private_columns_cannot_be_queried(people):
    """Ask every table about every path with every lookup, once for all roles that are offered the same."""
    allowed = []

    for model, table in TABLES.items():
        roles = {frozenset(table.offered_lookups(request_of(people[role]))): request_of(people[role]) for role in ROLES}
        paths = list(private_paths(model))
        for one in roles.values():
            served = table.for_request(one)  # as its list is served, so that the lookups are worked out once
            for path in paths:
                allowed += [path + lookup for lookup in LOOKUPS if served.lookup_allowed(path + lookup, "1", one)]

    assert allowed == []


def test_walk_finds_the_paths_of_the_known_attacks():
    paths = set(private_paths(ProgressReport))

    assert paths >= {
        "commitment__lead_agency__memberships__user__password",
        "reviewed_by__authenticator__data",
        "reviewed_by__usersession__session_key",
        "commitment__reports__achieved",
    }


def shown_columns(table, request) -> set[str]:
    """Return what a table shows on its list and on the page of a row."""
    declared = flatten_fieldsets(table.get_fieldsets(request, None))
    return {*table.get_list_display(request), *declared}


# Columns that a page shows under another name.
SHOWN_AS = {
    (AccessToken, "prefix"): "show_prefix",
    (AccessToken, "revoked"): "show_status",
    (User, "is_superuser"): "on the page of a person, which adds to the form of a new one",
    (User, "groups"): "on the page of a person, which adds to the form of a new one",
}


def is_shown(model, table, path, request) -> bool:
    """Return whether the page shows a column, or the row that it belongs to if that row's page shows the column."""
    first, *rest = path.split("__")
    if first not in shown_columns(table, request) and (model, first) not in SHOWN_AS:
        return False
    column = get_fields_from_path(model, path)[-1]
    if not rest or (column.model, column.name) in SHOWN_AS:
        return True
    owner = TABLES[column.model]
    return owner.has_view_permission(request) and column.name in shown_columns(owner, request)


def test_search_and_filters_reach_shown_columns_alone(person):
    request = request_of(person)
    hidden = [
        (model.__name__, path)
        for model, table in TABLES.items()
        if table.has_view_permission(request)
        for path in (*table.get_search_fields(request), *table.get_list_filter(request))
        if not is_shown(model, table, path, request)
    ]

    assert hidden == []


def test_every_link_of_a_filter_is_answered(administrator, ilo, points, decent_work, data_and_research, cycle):
    """The links of the filters are exactly those that the list takes."""
    ProgressReportFactory(commitment=CommitmentFactory(workgroup=decent_work), cycle=cycle, on_behalf_of=ilo)
    Group.objects.create(name="translators")
    FrameworkFactory.create_batch(2)
    WorkPlanFactory()
    request = request_of(administrator)
    linked, emitted = {}, {}

    for model, table in TABLES.items():
        page = table.get_changelist_instance(request)
        links = [choice["query_string"] for spec in page.filter_specs for choice in spec.choices(page)]
        for link in links:
            check_list_query(QueryDict(link.removeprefix("?")), table.offered_lookups(request))
        emitted[model] = {name for spec in page.filter_specs for name in spec.expected_parameters()}
        linked[model] = set(table.offered_lookups(request))

    for model, table in TABLES.items():
        hierarchy = set(lookups_of_hierarchy(table.date_hierarchy)) if table.date_hierarchy else set()
        assert linked[model] - hierarchy <= emitted[model], model
        assert all(name.endswith("__isnull") for name in emitted[model] - linked[model])


def test_filters_offer_rows_that_the_person_sees_alone(ilo_focal_point, iom, monkeypatch):
    CommitmentFactory(lead_agency=iom)
    request = request_of(ilo_focal_point)
    table = TABLES[Commitment]

    def offered(name):
        page = table.get_changelist_instance(request)
        spec = next((spec for spec in page.filter_specs if spec.field_path == name), None)
        return spec and {label for _key, label in spec.lookup_choices}

    before = offered("lead_agency")
    monkeypatch.setattr(type(TABLES[Agency]), "get_queryset", lambda *_: Agency.objects.filter(code="iom"))
    narrowed = offered("lead_agency")
    monkeypatch.setattr(type(TABLES[Agency]), "has_view_permission", lambda *_: False)

    assert before >= {"ILO", "IOM"}
    assert narrowed == {"IOM"}
    assert offered("lead_agency") in (None, set())


# Through the real client

NONSENSE = [
    {"password__startswith": "a"},
    {"pk__in": "1"},
    {"id": "1"},
    {"author__username": "a"},
    {"reviewed_by": "1"},
    {"review_note__isnull": "0"},
    {"agency": "1"},
    {"state": "draft"},
    {"state__in": "draft"},
    {"o": "99"},
    {"o": "-99"},
    {"o": "password"},
    {"o": "1.x"},
    {"p": "x"},
    {"p": "0"},
    {"p": "9" * 40},
    {"q": "a\0b"},
    {"_to_field": "author"},
    {"_to_field": "reference"},
    {"": ""},
    {"a\0b": "1"},
]


def test_list_refuses_what_it_does_not_offer(as_ilo, ilo_focal_point):
    refusals = []
    for params in NONSENSE:
        before = AuditEntry.objects.filter(what="refused", person=ilo_focal_point).count()
        status = as_ilo.get(changelist(ProgressReport), params).status_code
        entries = AuditEntry.objects.filter(what="refused", person=ilo_focal_point).count() - before
        refusals.append((params, status, entries))

    assert refusals == [(params, 400, 1) for params in NONSENSE]


def test_list_refuses_a_page_that_it_does_not_have(as_ilo, ilo, monkeypatch):
    monkeypatch.setattr(TABLES[Commitment], "list_per_page", 1)
    CommitmentFactory.create_batch(2, lead_agency=ilo)

    statuses = [as_ilo.get(changelist(Commitment), params).status_code for params in ({"p": 2}, {"p": 3})]

    assert statuses == [200, 400]
    assert as_ilo.get(changelist(Commitment), {"e": 1, "p": 3}).status_code == 400


@pytest.mark.exhaustive
def test_every_list_refuses_a_foreign_lookup(client, people):
    """Ask every list, once for all roles that are shown the same lists."""
    shown = {}
    for role in ROLES:
        request = request_of(people[role])
        shown[frozenset(model for model, table in TABLES.items() if table.has_view_permission(request))] = people[role]

    for opened, person in shown.items():
        client.force_login(person)
        statuses = {model: client.get(changelist(model), {"user__password__gt": "a"}).status_code for model in TABLES}
        assert statuses == {model: 400 if model in opened else 403 for model in TABLES}, person


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("model", "params"),
    [
        (Event, {"starts_on__year": "9999"}),
        (Event, {"starts_on__year": "2014", "starts_on__month": "13"}),
        (Event, {"starts_on__year": "2014", "starts_on__month": "2", "starts_on__day": "31"}),
        (Event, {"starts_on__year": ["2014", "x"]}),
        (Event, {"starts_on__gte": "2014-01-01"}),
        (Event, {"ends_on__year": "2014"}),
        (Notification, {"sent_at__gte": "yesterday"}),
        (Notification, {"sent_at__gte": "9999999-01-01"}),
        (Notification, {"sent_at__isnull": "x"}),
        (Notification, {"sent_at__year": "2014"}),
        (Commitment, {"lead_agency__id__exact": "999999"}),
        (Commitment, {"lead_agency__id__exact": "9" * 40}),
        (Commitment, {"lead_agency__id__exact": "x"}),
        (Commitment, {"lead_agency__exact": "1"}),
        (Commitment, {"state__exact": "a\0b"}),
        (Commitment, {"state__exact": ["draft", "x"]}),
        (Evidence, {"is_public__exact": "2"}),
    ],
    ids=str,
)
def test_value_that_a_filter_does_not_offer_is_refused(model, params, client, administrator):
    client.force_login(administrator)

    assert client.get(changelist(model), params).status_code == 400


@pytest.mark.parametrize(
    ("model", "params"),
    [
        (Event, {"starts_on__year": "2014", "starts_on__month": "2"}),
        (Notification, {"sent_at__gte": "2014-01-01 00:00:00+00:00", "sent_at__lt": "2014-01-02 00:00:00+00:00"}),
        (Notification, {"sent_at__isnull": "True"}),
        (Commitment, {"state__exact": ["draft", "published"]}),
        (Commitment, {"workgroup__isnull": "True", "o": "-1.2", "q": "fair", "all": ""}),
        (Evidence, {"is_public__exact": "1", "_facets": "True"}),
    ],
    ids=str,
)
def test_value_that_a_filter_offers_is_answered(model, params, client, administrator):
    client.force_login(administrator)

    assert client.get(changelist(model), params).status_code == 200


def test_actions_take_keys_of_rows_alone(client, administrator, secretariat):
    client.force_login(secretariat)
    page = changelist(Commitment)

    for key in ("x", "9" * 40, "1\0"):
        for across in ("0", "1"):
            data = {"action": "publish_selected", "_selected_action": key, "select_across": across, "index": "0"}
            assert client.post(page, data).status_code == 400
    assert client.post(f"{page}?author__password__startswith=a", data).status_code == 400


def test_selecting_all_reaches_visible_rows_alone(client, iom_focal_point, ilo):
    hidden = CommitmentFactory(submitted=True, lead_agency=ilo, title=SECRET)
    client.force_login(iom_focal_point)
    data = {"action": "publish_selected", "_selected_action": hidden.pk, "select_across": "1", "index": "0"}

    answer = client.post(changelist(Commitment), data)

    assert SECRET not in answer.content.decode()
    client.post(changelist(Commitment), data | {"confirmed": "yes", f"seen_{hidden.pk}": "1"})
    hidden.refresh_from_db()
    assert hidden.state == "submitted"


def test_kept_filters_of_a_list_lead_nowhere_else(client, secretariat, ilo):
    page = reverse("admin:agencies_agency_change", args=[ilo.pk])
    client.force_login(secretariat)

    for kept in ("//evil.example/", "https://evil.example/", "q=ilo&password__startswith=a"):
        address = f"{page}?{urlencode({'_changelist_filters': kept})}"
        answer = client.post(address, filled(client.get(address)))
        assert urlsplit(answer.url)[:3] == ("", "", changelist(Agency))


@pytest.mark.parametrize("page", ["change", "delete"])
def test_row_is_referred_to_by_its_key_alone(page, client, administrator, ilo):
    address = reverse(f"admin:agencies_agency_{page}", args=[ilo.pk])
    client.force_login(administrator)

    statuses = [client.get(address, {"_to_field": name}).status_code for name in ("id", "code", "name", "x", "pk")]

    assert statuses == [200, 400, 400, 400, 400]
    assert AuditEntry.objects.filter(what="refused", reason="_to_field: code").count() == 1


# Choices offered as one types


def choices_open_to(user) -> set[str]:
    """Return every field of every model of which the view answers the choices."""
    opened = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields(include_hidden=True):
            params = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
            request = RequestFactory().get("/admin/autocomplete/", params | {"field_name": field.name})
            request.user = user
            view = StrictAutocompleteView(admin_site=admin.site)
            try:
                _term, view.model_admin, *_rest = view.process_request(request)
            except PermissionDenied:
                continue
            if view.has_perm(request):
                opened.add(f"{model.__name__}.{field.name}")
    return opened


OF_ASSESSMENTS = {"Assessment.commitment", "Assessment.report"}
OF_WRITERS = {*OF_ASSESSMENTS, "Commitment.stakeholders", "ProgressReport.superseded_by"}
CHOICES = {
    "administrator": {*OF_WRITERS, "ProgressReport.commitment", "Membership.user"},
    "secretariat": {*OF_ASSESSMENTS, "Commitment.stakeholders", "Membership.user"},
    "ilo_focal_point": OF_WRITERS,
    "ohchr_focal_point": OF_WRITERS,
    "outsider": set(),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("role", CHOICES)
def test_choices_are_offered_for_the_fields_of_forms_alone(role, people):
    assert choices_open_to(people[role]) == CHOICES[role]


@pytest.mark.parametrize(
    "field",
    [
        "commitments.milestone.commitment",
        "commitments.historicalcommitment.lead_agency",
        "reporting.notification.commitment",
    ],
)
def test_choice_is_refused_for_a_field_without_one(field, as_ilo):
    app, model, name = field.split(".")
    params = {"app_label": app, "model_name": model, "field_name": name, "term": ""}

    assert as_ilo.get(reverse("admin:autocomplete"), params).status_code == 403


def test_choice_refuses_a_search_with_a_null_character(as_ilo):
    field = {"app_label": "reporting", "model_name": "progressreport", "field_name": "superseded_by"}

    answer = as_ilo.get(reverse("admin:autocomplete"), field | {"term": "a\0b"})

    assert answer.status_code == 400
    assert "null character" in answer.json()["error"]


def test_choice_that_is_sent_without_a_key_is_refused_at_its_field(client, administrator):
    """Fields that offer their choices as one types look up the row that was sent, to show it again."""
    client.force_login(administrator)
    request = request_of(administrator)
    forms = [
        (reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"), name)
        for model, table in TABLES.items()
        if table.has_add_permission(request)
        for name in table.get_autocomplete_fields(request)
    ]
    cases = [(address, name, "a") for address, name in forms]
    # A field for one row, and one for several, with everything that is no key.
    (one, *_others), (several,) = (
        [form for form in forms if form[1] == name] for name in ("superseded_by", "stakeholders")
    )
    cases += [(*form, value) for form in (one, several) for value in ("9" * 5000, "²", "a\0b", "1,2")]
    data = {address: filled(client.get(address)) for address, _name in forms}

    pages = [(name, value, client.post(address, data[address] | {name: value})) for address, name, value in cases]

    assert len(forms) == 6
    accepted = [
        (name, value)
        for name, value, page in pages
        if page.status_code != 200 or name not in page.context["adminform"].form.errors
    ]
    assert accepted == []


def test_choice_finds_no_draft_by_what_it_says(as_ilo, ilo, iom):
    for state in ({"draft": True}, {"submitted": True}, {"withdrawn": True}):
        for lead in (ilo, iom):
            CommitmentFactory(lead_agency=lead, summary=SECRET, **state)
    field = {"app_label": "reporting", "model_name": "progressreport", "field_name": "superseded_by"}

    answer = as_ilo.get(reverse("admin:autocomplete"), field | {"term": SECRET})

    assert answer.json()["results"] == []


UNREADABLE = ["x", "9" * 40, "a\0b", "1,x", "-1", "2014-99-99", "①"]


@pytest.mark.exhaustive
def test_form_opens_with_values_in_its_address_that_it_cannot_read(client, administrator):
    """Give the first value to every form, and the others to the forms that together have every kind of field."""
    client.force_login(administrator)
    request = request_of(administrator)
    tables = {model: table for model, table in TABLES.items() if table.has_add_permission(request)}
    statuses, kinds = {}, set()

    for model, table in sorted(tables.items(), key=lambda item: -len(item[0]._meta.fields)):
        fields = table.get_form(request).base_fields.values()
        kinds_of_form = {type(field) for field in fields} | {type(table).get_changeform_initial_data}
        values = UNREADABLE[:1] if kinds_of_form <= kinds else UNREADABLE
        kinds |= kinds_of_form
        names = {*flatten_fieldsets(table.get_fieldsets(request, None)), "version", "opened"}
        address = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_add")
        for value in values:
            statuses[model, value] = client.get(address, dict.fromkeys(names, value)).status_code

    assert {case: status for case, status in statuses.items() if status != 200} == {}
    assert {model for model, _value in statuses} == set(tables)


# A row that one does not see is as one that never was


def pages_of_rows(model, table) -> Iterator[tuple[str, list[str]]]:
    for pattern in table.get_urls():
        names = list(pattern.pattern.regex.groupindex) or list(getattr(pattern.pattern, "converters", ()))
        if pattern.name and (names or pattern.name.endswith("_simple_history")):
            yield pattern.name, names


MISSING = 987654321


def answer_of(ask, name, names, key, line, row) -> tuple:
    """Return what an address answers about a key, with the key and the token of the form left out."""
    values = {
        "object_id": key,
        "pk": key,
        "id": key,
        "copy_id": key,
        "version_id": line,
        "button": "revoke",
        "code": "ilo",
    }
    values |= {"file": "export.csv", "history": line}
    args = [key, line] if name.endswith("_simple_history") else [values[each] for each in names]
    answer = ask(reverse(f"admin:{name}", args=args))
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"', "", answer.content.decode())
    shown_messages = [str(message) for message in get_messages(answer.wsgi_request)]
    texts = {
        re.sub(rf"\b({row.pk}|{MISSING})\b", "KEY", text)
        for text in (answer.get("Location", ""), page, *shown_messages)
    }
    return answer.status_code, texts


@pytest.mark.exhaustive
@pytest.mark.parametrize("role", ["ilo_focal_point", "secretariat"])
def test_hidden_draft_answers_like_one_that_never_was(role, client, people, iom):
    draft = CommitmentFactory(draft=True, lead_agency=iom, title=SECRET)
    foreign = CommitmentFactory(lead_agency=iom)
    report = ProgressReportFactory(commitment=foreign, achieved=SECRET)
    assessment = AssessmentFactory(commitment=foreign, text=SECRET)
    answer = AnswerFactory(assessment__commitment=foreign, text=SECRET)
    rows = [draft, report, assessment, answer, MilestoneFactory(commitment=draft), PartnerFactory(commitment=draft)]
    rows += [EvidenceFactory(report=report), ContributionFactory(report=report)]
    client.force_login(people[role])

    for row in rows:
        line = row.history.latest().pk
        for name, names in pages_of_rows(type(row), TABLES[type(row)]):
            hidden, missing = (answer_of(client.get, name, names, key, line, row) for key in (row.pk, MISSING))
            assert hidden == missing, name


@pytest.mark.exhaustive
def test_row_of_a_closed_table_answers_like_one_that_never_was(client, ilo_focal_point, iom):
    rows = [
        UserFactory(username="somebody"),
        InvitationFactory(),
        MembershipFactory(agency=iom),
        NotificationFactory(),
        AuditEntryFactory(),
        AccessTokenFactory(agency=iom),
        IdempotencyRecordFactory(),
        CorrectionFactory(),
        Group.objects.create(name="translators"),
        DigestFactory(),
        AutosavedFormFactory(),
        EditionFactory(),
        AccessAttempt.objects.create(username="ada", ip_address="192.0.2.1", failures_since_start=1),
    ]
    client.force_login(ilo_focal_point)

    for row in rows:
        line = row.history.latest().pk if hasattr(row, "history") else 1
        for name, names in pages_of_rows(type(row), TABLES[type(row)]):
            for ask in (client.get, client.post):
                hidden, missing = (answer_of(ask, name, names, key, line, row) for key in (row.pk, MISSING))
                assert hidden == missing, name


def test_page_that_asks_before_deleting_names_no_hidden_row(client, secretariat, iom, decent_work):
    stakeholder, recommendation, plan = StakeholderFactory(), RecommendationFactory(), WorkPlanFactory()
    of_all = {"title": SECRET, "stakeholders": [stakeholder], "recommendations": [recommendation], "work_plan": plan}
    drafts = [
        CommitmentFactory(draft=True, lead_agency=iom, **of_all),
        CommitmentFactory(draft=True, workgroup=decent_work, **of_all),
    ]
    PartnerFactory(commitment=drafts[0], agency=iom, part=SECRET)
    client.force_login(secretariat)

    for row in (iom, decent_work, stakeholder, recommendation, plan):
        page = client.get(reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_delete", args=[row.pk]))
        assert page.status_code == 200
        assertNotContains(page, SECRET)
        assert not [draft.reference for draft in drafts if draft.reference in page.content.decode()]


def test_history_of_a_token_stays_with_its_agency(client, ilo_focal_point, iom_focal_point, iom):
    token = AccessTokenFactory(agency=iom, name="Statistics office")
    line = token.history.latest().pk
    pages = [
        reverse("admin:accounts_accesstoken_history", args=[token.pk]),
        reverse("admin:accounts_accesstoken_simple_history", args=[token.pk, line]),
    ]

    client.force_login(ilo_focal_point)
    foreign = [client.get(page).status_code for page in pages]
    client.force_login(iom_focal_point)
    own = [client.get(page).status_code for page in pages]

    assert (foreign, own) == ([404, 404], [200, 200])
    assert AuditEntry.objects.filter(what="refused", reason="history", person=ilo_focal_point).count() == 2


# The API

API_LISTS = [name for name in RESOURCES if not name.startswith("summary")]


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", API_LISTS)
def test_list_of_the_api_reaches_no_private_column(name, client):
    address = reverse(f"api:{name}-list")
    attacks = [
        {"author__password__startswith": "a"},
        {"lead_agency__led_commitments__title__icontains": "a"},
        {"commitment__reports__achieved__icontains": "a"},
        {"review_note": "a"},
        {"state": "draft"},
        {"ordering": "author"},
        {"ordering": "author__password"},
        {"ordering": "-review_note"},
        {"ordering": "state"},
        {"ordering": "version"},
        {"fields": "author"},
        {"fields": "review_note"},
    ]

    assert {client.get(address, params).status_code for params in attacks} == {400}


# Every column by which a list of the API filters or sorts. Each is one that the API shows, but for `position`, which is
# the order in which it lists rows anyway, and words such as `q` and `as_of` that have no column of their own.
API_COLUMNS = {
    "agencies": {"acronym", "code", "name", "position"},
    "agenda-points": {"number", "title"},
    "frameworks": {"code", "position", "title"},
    "workgroups": {"kind", "participations__agency__code", "position", "slug", "title"},
    "recommendations": {"agenda_point", "code", "level", "position"},
    "commitments": {
        *("agency", "agenda_point", "as_of", "due", "deadline_on", "freshness", "kind", "last_update", "lead"),
        *("level", "moved_at", "outlook", "place", "published", "q", "recommendation", "reference", "scope", "start"),
        *("status", "title", "updated", "verification", "workgroup"),
    },
    "reports": {
        *("as_of", "commitment", "commitment__reference", "lead", "moved_at", "outlook", "published", "published_on"),
        "status",
    },
    "status-changes": {
        *("as_of", "changed", "changed_on", "commitment", "commitment__reference", "lead", "moved_at", "to_status"),
    },
    "events": {"slug", "starts", "starts_on"},
}


def reached_by(filterset) -> set[str]:
    filters = dict(filterset.base_filters)
    words = [word for word, _label in filters.pop("ordering").field.choices if word]
    return {*(one.field_name for one in filters.values()), *(word.removeprefix("-") for word in words)}


def test_lists_of_the_api_sort_and_filter_by_these_columns_alone():
    reached = {name: reached_by(view.filterset_class) for name, view in RESOURCES.items()}

    assert reached == API_COLUMNS, "Add a new column to API_COLUMNS if the API shows it; otherwise do not filter by it."
