"""Template tags for the day of the record (`as_of`): in links, and the form that chooses it.

The day is a template variable of every page, None for the record of today. Partials receive it by `as_of=as_of`.
"""

from datetime import date
from urllib.parse import urlencode

from django import template
from django.template import Context

from foundation.clock import today
from gmg_portal.website.as_of_links import compare_with_today_url
from gmg_portal.website.as_of_links import with_as_of as url_with_as_of

register = template.Library()

PRESETS = (date(2013, 12, 31), date(2014, 12, 31), date(2015, 12, 31))
# These parameters are not carried over to another day.
DAY_DEPENDENT_PARAMS = {"as_of", "page"}


@register.simple_tag
def with_as_of(url: str, day: date | None) -> str:
    """Return the URL with the day as `as_of`; raise TypeError in a template that was not given the day."""
    if not isinstance(day, date | None):  # the value of a missing variable is ''
        raise TypeError("The template has no variable `as_of`: include it with as_of=as_of.")
    return url_with_as_of(url, day)


@register.inclusion_tag("_partials/dates/as_of_form.html", takes_context=True)
def as_of_form(context: Context) -> dict[str, object]:
    """Render the banner of a page as of a day, and the form that chooses another day."""
    request = context.request
    # Refused parameters are not carried over, because pages must not repeat unchecked input.
    lists = [] if context.get("problems") else request.GET.lists()
    params = [(name, value) for name, values in lists for value in values if value and name not in DAY_DEPENDENT_PARAMS]
    day = context["as_of"]
    return {
        "day": day,
        "path": request.path,
        "params": params,
        "query": urlencode(params),
        "last": today(),
        "presets": [preset for preset in PRESETS if preset != day],
        "compare": compare_with_today_url(day) if day else "",
    }
