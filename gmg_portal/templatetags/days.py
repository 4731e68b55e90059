"""The day of the record, for pages: chosen at the top of a page, told when it has passed, kept in links."""

from datetime import date
from urllib.parse import urlencode

from django import template

from foundation.clock import today
from gmg_portal.website.as_of_links import compared_with_today, on_day

register = template.Library()

PRESETS = (date(2013, 12, 31), date(2014, 12, 31), date(2015, 12, 31))
# Words that speak of another day, or of a place in what another day shows.
OF_THE_DAY = {"as_of", "page"}


@register.simple_tag(takes_context=True)
def keep_day(context, address: str) -> str:
    """The address on the day of this page; works in any partial, however it was included."""
    request = getattr(context, "request", None)
    return on_day(address, getattr(request, "as_of", None))


@register.filter
def known_on(value: date | None, day: date | None) -> bool:
    """Return whether a date is set and not after `day`; without a day, whether it is set."""
    return bool(value) and (not day or value <= day)


@register.inclusion_tag("_partials/dates/as_of_form.html", takes_context=True)
def day_chooser(context):
    """The banner of a page seen as of a day, and the form that leads to the record of another."""
    request = context.request
    # What was refused is not carried to another day: it may hold what no page should repeat.
    lists = [] if context.get("problems") else request.GET.lists()
    words = [(word, value) for word, values in lists for value in values if value]
    others = [pair for pair in words if pair[0] not in OF_THE_DAY]
    day = request.as_of
    return {
        "day": day,
        "path": request.path,
        "words": others,
        "query": urlencode(others),
        "last": today(),
        "presets": [preset for preset in PRESETS if preset != day],
        "compare": compared_with_today(day) if day else "",
    }
