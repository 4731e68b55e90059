"""Test parameters without a value: pages, feeds and charts leave them out; the API and the data files refuse them."""

from datetime import date

import django_filters
import pytest
from django.http import QueryDict
from django.urls import reverse

from foundation.filters.lists import drop_empty_values
from foundation.http.public_pages import public_urls
from gmg_portal.website.query_forms import CompareQueryForm, PagedTimelineQueryForm
from register.filtering.commitment_filters import CommitmentFilter
from register.filtering.query import PAGINATION_PARAMS
from register.filtering.related_filters import ReportFilter
from tests.support.factories import CommitmentFactory, EventFactory, published_report

pytestmark = pytest.mark.exhaustive

FILTERS = tuple(CommitmentFilter.base_filters)
TIMELINE_PARAMS = tuple(PagedTimelineQueryForm(QueryDict()).fields)
# The parameters of the pages whose own form reads them, and of the addresses that are no pages.
PARAMS_BY_PAGE = {
    "commitments:list": (*FILTERS, *PAGINATION_PARAMS),
    "timeline": TIMELINE_PARAMS,
    "compare": tuple(CompareQueryForm(QueryDict()).fields),
}
PARAMS_BY_ADDRESS = {
    "/commitments.atom": (*FILTERS, "page", "page_size"),
    "/calendar/due.ics": FILTERS,
    "/charts/status.svg": FILTERS,
    "/charts/status.csv": (*FILTERS, "bom"),
    "/charts/matrix.csv": (*FILTERS, "bom", "by"),
    "/charts/commitments/HLD-0001.csv": ("as_of", "bom"),
    "/feeds/changes.atom": TIMELINE_PARAMS,
    "/feeds/agencies/ilo.atom": ("as_of", "page"),
    "/gaps/silent-commitments.csv": ("as_of", "bom"),
    "/compare.csv?from=2014-01-01": ("until", "agency", "workgroup", "agenda_point", "bom"),
    "/commitments/HLD-0001/": ("as_of",),
    "/commitments/HLD-0001/mistake/": ("as_of", "lack"),
    "/commitments/HLD-0001/cite.bib": ("as_of",),
    "/agencies/ilo/": ("as_of",),
    "/embed/matrix/": ("as_of",),
    "/embed/agency/ilo/": ("as_of",),
    "/oembed/?url=http://testserver/": ("dnt", "format", "maxheight", "maxwidth"),
}
LISTS = tuple(
    name
    for name, filter_ in CommitmentFilter.base_filters.items()
    if isinstance(filter_, django_filters.MultipleChoiceFilter)
)
TIMELINE_LISTS = ("agency", "workgroup", "agenda_point", "kind")
STRICT = {
    "/api/v1/commitments/": (*FILTERS, "fields", "page", "page_size", "cursor"),
    "/api/v1/reports/": (*ReportFilter.base_filters, "fields", "page", "page_size", "cursor"),
    "/api/v1/agencies/": ("as_of", "fields", "ordering", "page", "page_size", "cursor"),
    "/api/v1/summary/matrix/": ("as_of",),
    "/data/commitments.csv": (*FILTERS, "bom"),
    "/data/reports.csv": (*ReportFilter.base_filters, "bom"),
}


@pytest.fixture
def register(ilo, points):
    EventFactory()
    commitment = CommitmentFactory(lead_agency=ilo, agenda_points=points[:1])
    published_report(commitment)
    return commitment


def with_param(address, reference, name, value=""):
    address = address.replace("HLD-0001", reference)
    return f"{address}{'&' if '?' in address else '?'}{name}={value}"


def test_every_page_leaves_empty_parameters_out(client, register):
    addresses = [
        f"{reverse(url.name)}?{name}="
        for url in public_urls()
        if not url.takes_arguments
        for name in PARAMS_BY_PAGE.get(url.name, url.page.accepted_params or ())
    ]

    statuses = {address: client.get(address).status_code for address in addresses}

    assert statuses == dict.fromkeys(addresses, 200)
    assert {"/?by=", "/gaps/?as_of=", "/data/?as_of=", "/commitments/?ordering="} <= set(addresses)


def test_pages_with_own_forms_are_all_tested():
    assert {url.name for url in public_urls() if url.page.accepted_params is None} == set(PARAMS_BY_PAGE)


@pytest.mark.parametrize("address", PARAMS_BY_ADDRESS)
def test_feed_calendar_chart_frame_and_page_of_a_row_leave_empty_parameters_out(client, register, address):
    addresses = [with_param(address, register.reference, name) for name in PARAMS_BY_ADDRESS[address]]

    statuses = {each: client.get(each).status_code for each in addresses}

    assert statuses == dict.fromkeys(addresses, 200)


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/commitments/", LISTS),
        ("/commitments.atom", LISTS),
        ("/calendar/due.ics", LISTS),
        ("/charts/status.csv", LISTS),
        ("/timeline/", TIMELINE_LISTS),
        ("/feeds/changes.atom", TIMELINE_LISTS),
    ],
)
def test_empty_items_of_a_list_are_left_out(client, register, address, names):
    statuses = {name: client.get(f"{address}?{name}=,").status_code for name in names}

    assert statuses == dict.fromkeys(names, 200)


@pytest.mark.parametrize("address", STRICT)
def test_empty_value_is_refused_to_programs(client, register, address):
    answers = {name: client.get(with_param(address, register.reference, name)) for name in STRICT[address]}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 400)
    assert [name for name, answer in answers.items() if f"‘{name}’ has no value" not in answer.content.decode()] == []


@pytest.mark.parametrize("address", ["/api/v1/commitments/", "/data/commitments.csv"])
def test_empty_item_of_a_list_is_refused_to_programs(client, register, address):
    answers = {name: client.get(f"{address}?{name}=,") for name in LISTS}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(LISTS, 400)
    assert [name for name, answer in answers.items() if f"‘{name}’ has no value" not in answer.content.decode()] == []


@pytest.mark.parametrize(
    "address", ["/", "/gaps/", "/commitments/", "/timeline/", "/data/", "/agencies/ilo/", "/embed/matrix/"]
)
def test_empty_value_does_not_hide_another_one(client, register, address):
    for query in ("as_of=2014-06-30&as_of=", "as_of=&as_of=2014-06-30"):
        response = client.get(f"{address}?{query}")

        assert response.status_code == 200
        assert response.context["as_of"] == date(2014, 6, 30)


def test_filters_are_not_hidden_by_empty_values(client, register):
    response = client.get("/commitments/?due_before=2014-06-30&due_before=&q=fair&q=")

    assert response.context["register_query"].filters == {"due_before": date(2014, 6, 30), "q": "fair"}


@pytest.mark.parametrize("address", ["/", "/commitments/", "/timeline/", "/compare/", "/oembed/", "/charts/status.csv"])
def test_unknown_parameter_without_a_value_is_refused(client, register, address):
    response = client.get(f"{address}?no_such_parameter=")

    assert response.status_code == 400
    assert "‘no_such_parameter’ is not a parameter here." in response.content.decode()


def test_parameter_with_only_empty_values_keeps_its_name():
    params = drop_empty_values(QueryDict("a=&b=&b=&c=1&c=&c=2&d=3"))

    assert dict(params.lists()) == {"a": [""], "b": [""], "c": ["1", "2"], "d": ["3"]}
