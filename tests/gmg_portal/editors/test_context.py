"""The context of a request: what it holds stays with the request, and is looked up once."""

import pytest
from django.contrib import admin
from django.urls import reverse

from gmg_portal.editors.context import EditorContext
from reporting.models import ProgressReport
from tests.support.factories import ProgressReportFactory, published_report
from tests.support.form_filling import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def table():
    """The registered table of reports."""
    return admin.site.get_model_admin(ProgressReport)


def test_registered_table_keeps_nothing_of_a_request(client, ilo_focal_point, commitment, table):
    published_report(commitment)
    report = ProgressReportFactory(commitment=commitment)
    before = dict(vars(table))
    client.force_login(ilo_focal_point)

    page = client.get(reverse("admin:reporting_progressreport_change", args=[report.pk]))
    client.post(page.wsgi_request.path, filled(page, achieved="Forty trainers were trained."))
    client.get(reverse("admin:reporting_progressreport_simple_history", args=[report.pk, report.history.latest().pk]))
    client.get(reverse("admin:reporting_progressreport_preview", args=[report.pk]))

    report.refresh_from_db()
    assert report.achieved == "Forty trainers were trained."
    assert vars(table) == before
    assert (table.page, table.added_row) == (None, None)


def test_request_is_served_by_one_copy_of_the_table(rf, ilo_focal_point, table):
    request = rf.get("/admin/")
    request.user = ilo_focal_point

    copy = table.for_request(request)

    assert copy is not table
    assert copy.for_request(request) is copy
    assert copy.page == EditorContext(request, copy)
    assert copy.page_about(request, None).answers is copy.page.answers


def test_row_is_looked_up_once(rf, ilo_focal_point, commitment, table, django_assert_num_queries):
    request = rf.get("/admin/")
    request.user = ilo_focal_point
    page = table.for_request(request).page_about(request, ProgressReportFactory(commitment=commitment))

    with django_assert_num_queries(1):
        answers = [page.contains(page.table.changeable) for _time in range(3)]

    assert answers == [True, True, True]


@pytest.mark.parametrize(
    ("name", "method", "allowed"),
    [
        ("preview", "post", "GET, HEAD"),
        ("review", "put", "GET, POST, HEAD, OPTIONS"),
        ("submit", "delete", "GET, POST, HEAD, OPTIONS"),
        ("autosave", "head", "GET, POST"),
        ("discard_copy", "get", "POST"),
    ],
)
def test_page_refuses_methods_that_it_does_not_serve(name, method, allowed, client, ilo_focal_point, commitment):
    report = ProgressReportFactory(commitment=commitment)
    client.force_login(ilo_focal_point)

    answer = getattr(client, method)(reverse(f"admin:reporting_progressreport_{name}", args=[report.pk]))

    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, set(allowed.split(", ")))
