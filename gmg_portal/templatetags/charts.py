"""The figures of the portal in a page; keyword arguments are words of the register, each with a value or a list."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from commitments.models import Commitment
from commitments.summaries.story import story
from gmg_portal.charts import stories
from gmg_portal.charts.figures import TITLES
from gmg_portal.charts.registry import CHARTS, asked

register = template.Library()
FIGURE = "_partials/figure.html"


@register.inclusion_tag(FIGURE, takes_context=True)
def status_chart(context, id: str, title: str = "", **words) -> dict:
    return _chart(context, "status", id, title, words)


@register.inclusion_tag(FIGURE, takes_context=True)
def freshness_chart(context, id: str, title: str = "", **words) -> dict:
    return _chart(context, "freshness", id, title, words)


@register.inclusion_tag(FIGURE, takes_context=True)
def reports_chart(context, id: str, title: str = "", **words) -> dict:
    return _chart(context, "reports", id, title, words)


@register.inclusion_tag(FIGURE, takes_context=True)
def flow_chart(context, id: str, title: str = "", **words) -> dict:
    return _chart(context, "flow", id, title, words)


@register.inclusion_tag(FIGURE, takes_context=True)
def story_chart(context, commitment: Commitment, id: str) -> dict:
    day = context.request.as_of
    figure = stories.story(id, _("Time line"), story(commitment, day), rtl=get_language_bidi())
    query = urlencode({"as_of": day.isoformat()}) if day else ""
    return {"figure": figure} | {
        form: _address("chart-story", [commitment.reference, form], query) for form in ("svg", "csv")
    }


def _chart(context, name: str, id: str, title: str, words: dict) -> dict:
    of = asked(words, context.request.as_of)
    figure = CHARTS[name](id, title or TITLES[name](), of, get_language_bidi())
    query = urlencode({**words, **({"as_of": of.day.isoformat()} if of.day else {})}, doseq=True)
    return {"figure": figure} | {form: _address("chart", [name, form], query) for form in ("svg", "csv")}


def _address(view: str, arguments: list[str], query: str) -> str:
    address = reverse(view, args=arguments)
    return f"{address}?{query}" if query else address
