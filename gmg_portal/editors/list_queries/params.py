"""Checks of the query parameters of lists, and of pages that are no list of a table."""

import re
from collections.abc import Collection

from django import forms
from django.contrib.admin.options import IS_FACETS_VAR, IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.paginator import InvalidPage, Page, Paginator
from django.http import QueryDict
from django.utils.translation import gettext as _

from foundation.filters.messages import repeated_parameter
from gmg_portal.editors.list_queries.lookups import ValueCheck, is_text
from gmg_portal.editors.list_queries.refusals import (
    ListQueryRefused,
    null_character_problem,
    shorten,
    unknown_parameter,
    value_refused,
)

# Parameters that do not filter by a column.
SHOWN_PARAMS = frozenset({SEARCH_VAR, ORDER_VAR, PAGE_VAR, ALL_VAR, IS_FACETS_VAR})
LIST_PARAMS = SHOWN_PARAMS | {ERROR_FLAG, IS_POPUP_VAR, TO_FIELD_VAR}
# A history page is paginated, and keeps the filters of the list that linked to it.
HISTORY_PARAMS = frozenset({PAGE_VAR, "_changelist_filters"})
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def check_list_query(params: QueryDict, lookups: dict[str, ValueCheck]) -> None:
    """Raise ListQueryRefused for the first parameter, or value of one, that a list with these lookups does not take."""
    for name, values in params.lists():
        if name not in lookups and name not in LIST_PARAMS:
            raise unknown_parameter(name, {*lookups, *SHOWN_PARAMS})
        for value in values:
            check_value(name, value, lookups)


def check_value(name: str, value: str, lookups: dict[str, ValueCheck]) -> None:
    """Raise ListQueryRefused for a search, page or filter value that the list does not take."""
    if name == SEARCH_VAR and not is_text(value):
        raise ListQueryRefused(name, null_character_problem(), [])
    if name == PAGE_VAR and not PAGE_NUMBER.fullmatch(value):
        problem = _("p: ‘%(value)s’ is not a page. Use a whole number from 1.")
        raise ListQueryRefused(name, problem % {"value": shorten(value)}, [])
    if name in lookups and not lookups[name](value):
        raise value_refused(name, value)


def check_params(params: QueryDict, allowed: Collection[str]) -> None:
    """Raise ListQueryRefused for a parameter that a page does not take, or that is given more than once."""
    for name, values in params.lists():
        if name not in allowed:
            problem = _("‘%(parameter)s’ is not a parameter of this page.") % {"parameter": shorten(name)}
            raise ListQueryRefused(name, problem, sorted(allowed))
        if len(values) > 1:
            raise ListQueryRefused(name, repeated_parameter(name), [])


def check_choices(form: forms.Form) -> None:
    """Raise ListQueryRefused for the first choice of a page's form that it does not offer."""
    for name in form.errors:
        offered = [str(value) for value, _label in form.fields[name].choices if str(value)]
        raise value_refused(name, form.data.get(name, ""), offered)


def requested_page(paginator: Paginator, params: QueryDict) -> Page:
    """Return the page that `p` names, the first without it; raise ListQueryRefused where there is no such page."""
    number = params.get(PAGE_VAR, "1")
    check_value(PAGE_VAR, number, {})
    try:
        return paginator.page(number)
    except InvalidPage:
        problem = _("p: there is no page %(number)s. The last page is %(last)s.")
        raise ListQueryRefused(PAGE_VAR, problem % {"number": number, "last": paginator.num_pages}, []) from None
