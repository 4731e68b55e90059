"""Admin: which pages are open to whom, and two editors of one form."""

import pytest
from django.urls import reverse

from agencies.models import Agency
from tests.support.form_filling import field_conflicts, filled, problems

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
    "accounts_membership_changelist": {"administrator", "secretariat"},
    "accounts_membership_add": {"administrator", "secretariat"},
    "accounts_user_changelist": {"administrator", "secretariat"},
    "accounts_user_add": {"administrator"},
    "auth_group_changelist": {"administrator"},
    "auth_group_add": {"administrator"},
    "gmg_portal_revision_changelist": {"administrator", "secretariat"},
    "commitments_commitment_add": {"administrator", "ilo_focal_point"},
    "reporting_progressreport_add": {"administrator", "ilo_focal_point"},
    "reporting_assessment_add": EVERY_EDITOR,
}


@pytest.mark.exhaustive
def test_page_opens_for_these_roles_alone(client, administrator, secretariat, ilo_focal_point, outsider):
    opened = {page: set() for page in OPEN_TO}
    for person in (administrator, secretariat, ilo_focal_point, outsider):
        client.force_login(person)
        for page, roles in opened.items():
            if client.get(reverse(f"admin:{page}")).status_code == 200:
                roles.add(person.username)

    assert opened == OPEN_TO


def test_second_to_save_reference_data_reads_who_changed_what(client, secretariat, administrator, ilo):
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
