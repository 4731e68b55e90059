import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tests.factories import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client, username, password=PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password, **more})


def test_right_password_leads_to_the_desk(client, ilo_focal_point):
    answer = sign_in(client, "ilo_focal_point")

    assertRedirects(answer, "/admin/")


def test_wrong_password_is_said_plainly_and_names_no_account(client, ilo_focal_point):
    wrong = sign_in(client, "ilo_focal_point", "not this one")
    unknown = sign_in(client, "nobody", "not this one")

    sentence = "User name and password do not belong together."
    assertContains(wrong, sentence)
    assertContains(unknown, sentence)
    assert "_auth_user_id" not in client.session


def test_closed_account_cannot_sign_in(client, ilo_focal_point):
    ilo_focal_point.is_active = False
    ilo_focal_point.save()

    answer = sign_in(client, "ilo_focal_point")

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_admin_asks_to_sign_in_and_comes_back(client, ilo_focal_point):
    wanted = "/admin/commitments/progressreport/"

    asked = client.get(wanted, follow=True)
    answer = sign_in(client, "ilo_focal_point", next=wanted)

    assert asked.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2Fcommitments%2Fprogressreport%2F"
    assertContains(asked, f'value="{wanted}"')
    assertRedirects(answer, wanted)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_next_never_leads_elsewhere(wanted, client, ilo_focal_point):
    answer = sign_in(client, "ilo_focal_point", next=wanted)

    assertRedirects(answer, "/admin/")


def test_outsider_is_led_to_the_own_page_and_kept_out_of_the_admin(client, outsider):
    answer = sign_in(client, "outsider")

    kept_out = client.get("/admin/", follow=True)

    assertRedirects(answer, "/accounts/")
    assert kept_out.redirect_chain[-1][0] == "/accounts/"
    assertContains(kept_out, "Your account acts for no agency today")
    assertNotContains(kept_out, "Your desk")


def test_staff_flag_opens_nothing(client, outsider):
    outsider.is_staff = True
    outsider.save()
    client.force_login(outsider)

    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/commitments/commitment/").status_code == 302


def test_membership_that_has_ended_closes_the_admin_at_once(client, ilo_focal_point):
    client.force_login(ilo_focal_point)
    before = client.get("/admin/").status_code

    ilo_focal_point.memberships.update(ends_on="2014-12-31")

    assert (before, client.get("/admin/").status_code) == (200, 302)


@pytest.mark.parametrize("address", ["/accounts/logout/", "/admin/logout/"])
def test_signing_out_takes_a_post(address, client, ilo_focal_point):
    client.force_login(ilo_focal_point)

    refused = client.get(address)
    answer = client.post(address)

    assert refused.status_code == 405
    assertRedirects(answer, "/", fetch_redirect_response=False)
    assert "_auth_user_id" not in client.session


def test_profile_says_who_one_is(client, ilo_focal_point, secretariat):
    assertRedirects(client.get("/accounts/"), "/accounts/login/?next=/accounts/")

    client.force_login(ilo_focal_point)
    page = client.get("/accounts/")
    client.force_login(secretariat)
    office = client.get("/accounts/")

    assertContains(page, "Focal point of International Labour Organization")
    assertContains(page, "Your agency leads Migration and Decent Work")
    assertContains(office, "Secretariat")


def test_password_is_changed_and_other_sessions_end(client, ilo_focal_point, django_user_model):
    elsewhere = client.__class__()
    elsewhere.force_login(ilo_focal_point)
    client.force_login(ilo_focal_point)
    new = "quite another long password"
    typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    short = client.post("/accounts/password/", typed | {"new_password1": "short", "new_password2": "short"})
    answer = client.post("/accounts/password/", typed, follow=True)

    assertContains(short, "Your password is not changed yet")
    assertContains(answer, "Your password is changed.")
    assert elsewhere.get("/accounts/").status_code == 302
    assertRedirects(client.get("/admin/password_change/"), "/accounts/password/")
