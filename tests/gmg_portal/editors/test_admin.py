import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from gmg_portal.models import AuditEntry, Revision
from tests.support import factories, shared_cast
from tests.support.exhaustive import first_fast
from tests.support.factories import published_report

pytestmark = pytest.mark.django_db

TABLES = sorted(admin.site._registry, key=lambda model: model._meta.label)
NOT_ADDED = {
    "AccessAttempt", "AccessToken", "AuditEntry", "Contribution", "Digest", "Edition", "Evidence", "IdempotencyRecord",
    "Milestone", "Correction", "Notification", "Partner", "Revision", "StatusChange", "AutosavedForm",
}  # fmt: skip


administrator = shared_cast.administrator


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def row_of(model):
    """One row of any table."""
    if model is Group:
        return Group.objects.create(name="translators")
    if model is Revision:
        return Revision.objects.get_or_create(defaults={"moved_at": "2014-01-01T00:00Z"})[0]
    if model is AccessAttempt:
        return AccessAttempt.objects.create(username="ada", ip_address="192.0.2.1", failures_since_start=1)
    if model.__name__ == "StatusChange":
        return published_report().status_change
    return getattr(factories, f"{model.__name__}Factory")()


@pytest.mark.parametrize("model", first_fast(TABLES), ids=lambda model: model._meta.label)
def test_table_opens_for_the_administrator(model, client, administrator):
    row = row_of(model)
    client.force_login(administrator)

    pages = {
        "list": client.get(address(model, "changelist")),
        "search": client.get(address(model, "changelist"), {"search" if model is AuditEntry else "q": "1"}),
        "row": client.get(address(model, "change", row.pk)),
        "history": client.get(address(model, "history", row.pk)),
        "add": client.get(address(model, "add")),
    }

    expected = dict.fromkeys(pages, 200) | ({"add": 403} if model.__name__ in NOT_ADDED else {})
    assert {page: answer.status_code for page, answer in pages.items()} == expected
    assert 'style="' not in "".join(answer.content.decode() for answer in pages.values())


@pytest.mark.parametrize(
    "model", first_fast(model for model in TABLES if hasattr(model, "history")), ids=lambda m: m._meta.label
)
def test_line_of_the_history_opens_and_never_writes(model, client, administrator):
    row = row_of(model)
    line = row.history.latest()
    client.force_login(administrator)

    read = client.get(address(model, "simple_history", row.pk, line.pk))
    written = client.post(address(model, "simple_history", row.pk, line.pk), {"_save": "Save"})

    assert (read.status_code, written.status_code) == (200, 405)
    assert row.history.count() == 1


def test_every_table_can_be_searched():
    assert [model._meta.label for model in TABLES if not admin.site._registry[model].search_fields] == []
