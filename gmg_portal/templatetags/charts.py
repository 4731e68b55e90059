"""The figures of the portal in a page; keyword arguments are words of the register, each with a value or a list."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from commitments.models import Commitment
from gmg_portal.website.charts import registry
from gmg_portal.website.charts.figures import Figure

register = template.Library()
FIGURE = "_partials/charts/chart.html"


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
def story_chart(context, commitment: Commitment, id: str, title: str = "") -> dict:
    """Nothing, where there is no day to tell but today."""
    day = context.request.as_of
    figure = registry.story_chart(id, commitment, day, title=title)
    if len(figure.rows) == 1:
        return {}
    return _figure(figure, "chart-story", commitment.reference, {"as_of": day.isoformat()} if day else {})


def _chart(context, name: str, id: str, title: str, words: dict) -> dict:
    of = registry.asked(words, context.request.as_of)
    query = {**words, "as_of": of.day.isoformat()} if of.day else words
    return _figure(registry.chart(name, id, of, title=title), "chart", name, query)


def _figure(figure: Figure, view: str, key: str, query: dict) -> dict:
    asked = f"?{urlencode(query, doseq=True)}" if query else ""
    return {"figure": figure} | {form: f"{reverse(view, args=[key, form])}{asked}" for form in ("svg", "csv")}
