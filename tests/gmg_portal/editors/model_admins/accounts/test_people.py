"""Admin of people, memberships and groups: who may do what."""

from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts.models import Membership
from tests.support.factories import focal_point
from tests.support.form_filling import filled

PEOPLE = ["accounts_user", "accounts_membership", "auth_group"]


def test_permission_rows_of_django_open_nothing(client, ilo_focal_point):
    ilo_focal_point.user_permissions.set(Permission.objects.all())
    client.force_login(ilo_focal_point)

    answers = {page: client.get(reverse(f"admin:{page}_changelist")).status_code for page in PEOPLE}

    assert set(answers.values()) == {403}
    assert client.get(reverse("admin:agencies_agency_add")).status_code == 403


def test_secretariat_gives_a_membership_but_changes_nobody(client, secretariat, ilo, outsider):
    client.force_login(secretariat)
    add = reverse("admin:accounts_membership_add")
    person = reverse("admin:accounts_user_change", args=[outsider.pk])
    choice = {"app_label": "accounts", "model_name": "membership", "field_name": "user", "term": "outs"}

    offered = client.get(reverse("admin:autocomplete"), choice).json()["results"]
    client.post(add, filled(client.get(add), user=outsider.pk, agency=ilo.pk, starts_on="2014-01-01"))
    refused = client.post(person, {"username": "outsider", "is_superuser": "on"})

    outsider.refresh_from_db()
    assert [one["text"] for one in offered] == ["outsider"]
    assert Membership.objects.get().agency == ilo
    assert refused.status_code == 403
    assert not outsider.is_superuser
    assert "is_superuser" not in client.get(person).context["adminform"].form.fields
    assert client.get(reverse("admin:accounts_user_history", args=[outsider.pk])).status_code == 403


def test_focal_point_cannot_look_people_up_as_a_choice(client, ilo_focal_point, outsider):
    client.force_login(ilo_focal_point)
    choice = {"app_label": "accounts", "model_name": "membership", "field_name": "user", "term": ""}

    assert client.get(reverse("admin:autocomplete"), choice).status_code == 403


def test_secretariats_group_keeps_its_name(client, administrator, secretariat):
    group = Group.objects.get(name="secretariat")
    client.force_login(administrator)

    client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "renamed"})
    client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"})

    assert Group.objects.get(pk=group.pk).name == "secretariat"


def test_history_of_a_person_never_shows_the_password(client, administrator, ilo):
    person = focal_point(ilo, "somebody")
    line = person.history.latest()
    client.force_login(administrator)

    page = client.get(reverse("admin:accounts_user_simple_history", args=[person.pk, line.pk]))

    assert page.status_code == 200
    assert person.password.split("$")[-1] not in page.content.decode()
    assert "assword" not in page.content.decode().split("<main")[1]
