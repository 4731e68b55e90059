"""Template tags for the day of the record (`as_of`): in links, and the form that chooses it."""

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


@register.simple_tag(takes_context=True)
def with_as_of(context: Context, url: str) -> str:
    """Return the URL with the `as_of` of this page. It works in partials included with `only`, too."""
    request = getattr(context, "request", None)
    return url_with_as_of(url, getattr(request, "as_of", None))


@register.inclusion_tag("_partials/dates/as_of_form.html", takes_context=True)
def as_of_form(context: Context) -> dict[str, object]:
    """Render the banner of a page as of a day, and the form that chooses another day."""
    request = context.request
    # Refused parameters are not carried over, because pages must not repeat unchecked input.
    lists = [] if context.get("problems") else request.GET.lists()
    params = [(name, value) for name, values in lists for value in values if value and name not in DAY_DEPENDENT_PARAMS]
    day = request.as_of
    return {
        "day": day,
        "path": request.path,
        "params": params,
        "query": urlencode(params),
        "last": today(),
        "presets": [preset for preset in PRESETS if preset != day],
        "compare": compare_with_today_url(day) if day else "",
    }
