"""Test the query of the register as a value."""

from dataclasses import FrozenInstanceError
from datetime import date

import pytest
from django.http import QueryDict

from register.filtering.query import PAGINATION_PARAMS, RegisterQuery
from register.filtering.record_filters import RecordQuery
from register.filtering.related_filters import ReportFilter
from reporting.models import ProgressReport

pytestmark = pytest.mark.django_db


def test_query_holds_the_valid_values_of_every_parameter(ilo):
    params = QueryDict(
        "q=fair&lead=ilo&as_of=2014-06-30&ordering=-due,title&page=2&page_size=20&view=table&fields=title"
    )

    query = RegisterQuery.parse(params, page_params=PAGINATION_PARAMS)

    assert query.errors == ()
    assert query.day == date(2014, 6, 30)
    assert query.filters == {"q": "fair", "lead": ["ilo"]}
    assert query.conditions.keys() == {"q", "lead"}
    assert query.ordering == ["-due", "title"]
    assert (query.page, query.page_size, query.view, query.fields) == (2, 20, "table", {"title": None})


def test_query_with_errors_holds_no_values(db):
    query = RegisterQuery.parse(QueryDict("status=done&page=0&fields=name"), page_params=PAGINATION_PARAMS)

    assert [error.partition(":")[0] for error in query.errors] == ["status", "page", "fields"]
    assert (query.filters, query.conditions, query.fields) == ({}, {}, {})


def test_parameters_of_the_page_are_refused_where_there_is_no_page(db):
    query = RegisterQuery.parse(QueryDict("page=2"))

    assert "‘page’ is not a parameter here." in query.errors[0]


def test_query_cannot_be_changed(db):
    query = RegisterQuery.parse(QueryDict())

    with pytest.raises(FrozenInstanceError):
        query.day = date(2014, 6, 30)


def test_query_of_a_filter_set_holds_values_alone(ilo):
    params = QueryDict("lead=ilo,&status=&as_of=2014-06-30&ordering=-published,commitment")

    filterset = ReportFilter(params)

    assert filterset.is_valid()
    query = filterset.query
    assert query == RecordQuery(date(2014, 6, 30), {"lead": ["ilo"]}, ("-published", "commitment"))
    assert list(ReportFilter.select(ProgressReport.objects.all(), query)) == []
    with pytest.raises(FrozenInstanceError):
        query.day = None
