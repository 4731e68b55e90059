"""Admin of reference data and people: permissions, and two editors of one form."""

from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from agencies.models import Agency, Membership
from tests.factories import focal_point
from tests.form_filling import field_conflicts, filled, problems

PEOPLE = ["agencies_user", "agencies_membership", "auth_group"]


EVERY_EDITOR = {"administrator", "secretariat", "ilo_focal_point"}
OPEN_TO = {
    "agencies_agency_changelist": EVERY_EDITOR,
    "agencies_agency_add": {"administrator", "secretariat"},
    "agencies_formername_add": {"administrator", "secretariat"},
    "agencies_chairterm_add": {"administrator", "secretariat"},
    "agenda_event_changelist": EVERY_EDITOR,
    "agenda_alignment_add": {"administrator", "secretariat"},
    "workgroups_workgroup_add": {"administrator", "secretariat"},
    "recommendations_recommendation_add": {"administrator", "secretariat"},
    "commitments_stakeholder_add": {"administrator", "secretariat"},
    "reporting_reportingcycle_add": {"administrator", "secretariat"},
    "agencies_membership_changelist": {"administrator", "secretariat"},
    "agencies_membership_add": {"administrator", "secretariat"},
    "agencies_user_changelist": {"administrator", "secretariat"},
    "agencies_user_add": {"administrator"},
    "auth_group_changelist": {"administrator"},
    "auth_group_add": {"administrator"},
    "gmg_portal_revision_changelist": {"administrator", "secretariat"},
    "commitments_commitment_add": {"administrator", "ilo_focal_point"},
    "reporting_progressreport_add": {"administrator", "ilo_focal_point"},
    "reporting_assessment_add": EVERY_EDITOR,
}


def test_page_opens_for_these_roles_alone(client, administrator, secretariat, ilo_focal_point, outsider):
    opened = {page: set() for page in OPEN_TO}
    for person in (administrator, secretariat, ilo_focal_point, outsider):
        client.force_login(person)
        for page, roles in opened.items():
            if client.get(reverse(f"admin:{page}")).status_code == 200:
                roles.add(person.username)

    assert opened == OPEN_TO


def test_permission_rows_of_django_open_nothing(client, ilo_focal_point):
    ilo_focal_point.user_permissions.set(Permission.objects.all())
    client.force_login(ilo_focal_point)

    answers = {page: client.get(reverse(f"admin:{page}_changelist")).status_code for page in PEOPLE}

    assert set(answers.values()) == {403}
    assert client.get(reverse("admin:agencies_agency_add")).status_code == 403


def test_secretariat_gives_a_membership_but_changes_nobody(client, secretariat, ilo, outsider):
    client.force_login(secretariat)
    add = reverse("admin:agencies_membership_add")
    person = reverse("admin:agencies_user_change", args=[outsider.pk])
    choice = {"app_label": "agencies", "model_name": "membership", "field_name": "user", "term": "outs"}

    offered = client.get(reverse("admin:autocomplete"), choice).json()["results"]
    client.post(add, filled(client.get(add), user=outsider.pk, agency=ilo.pk, starts_on="2014-01-01"))
    refused = client.post(person, {"username": "outsider", "is_superuser": "on"})

    outsider.refresh_from_db()
    assert [one["text"] for one in offered] == ["outsider"]
    assert Membership.objects.get().agency == ilo
    assert refused.status_code == 403
    assert not outsider.is_superuser
    assert "is_superuser" not in client.get(person).context["adminform"].form.fields
    assert client.get(reverse("admin:agencies_user_history", args=[outsider.pk])).status_code == 403


def test_focal_point_cannot_look_people_up_as_a_choice(client, ilo_focal_point, outsider):
    client.force_login(ilo_focal_point)
    choice = {"app_label": "agencies", "model_name": "membership", "field_name": "user", "term": ""}

    assert client.get(reverse("admin:autocomplete"), choice).status_code == 403


def test_secretariats_group_keeps_its_name(client, administrator, secretariat):
    group = Group.objects.get(name="secretariat")
    client.force_login(administrator)

    client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "renamed"})
    client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"})

    assert Group.objects.get(pk=group.pk).name == "secretariat"


def test_second_to_save_reference_data_is_told_who_changed_what(client, secretariat, administrator, ilo):
    page = reverse("admin:agencies_agency_change", args=[ilo.pk])
    client.force_login(administrator)
    mine = filled(client.get(page))
    client.force_login(secretariat)
    client.post(page, filled(client.get(page), headquarters="Geneva"))
    client.force_login(administrator)

    answer = client.post(page, mine | {"headquarters": "Bern", "mandate": "Typed with care"})

    assert Agency.objects.get(pk=ilo.pk).headquarters == "Geneva"
    assert problems(answer)[""][0].startswith("secretariat saved this on ")
    assert field_conflicts(answer) == {("Headquarters", "Geneva", "Bern", True)}
    assert "Typed with care" in answer.content.decode()


def test_history_of_a_person_never_shows_the_password(client, administrator, ilo):
    person = focal_point(ilo, "somebody")
    line = person.history.latest()
    client.force_login(administrator)

    page = client.get(reverse("admin:agencies_user_simple_history", args=[person.pk, line.pk]))

    assert page.status_code == 200
    assert person.password.split("$")[-1] not in page.content.decode()
    assert "assword" not in page.content.decode().split("<main")[1]
