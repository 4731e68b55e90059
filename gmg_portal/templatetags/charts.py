"""Template tags for charts. Keyword arguments are filters of the register, each with a value or a list of values."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.urls import reverse

from commitments.models import Commitment
from gmg_portal.website.charts import registry
from gmg_portal.website.charts.figures import Figure

register = template.Library()
TEMPLATE = "_partials/charts/chart.html"


@register.inclusion_tag(TEMPLATE, takes_context=True)
def status_chart(context: Context, id: str, title: str = "", **filters: Any) -> dict:
    """Render the commitments by status."""
    return _chart(context, "status", id, title, filters)


@register.inclusion_tag(TEMPLATE, takes_context=True)
def freshness_chart(context: Context, id: str, title: str = "", **filters: Any) -> dict:
    """Render the commitments by the age of their latest report."""
    return _chart(context, "freshness", id, title, filters)


@register.inclusion_tag(TEMPLATE, takes_context=True)
def reports_chart(context: Context, id: str, title: str = "", **filters: Any) -> dict:
    """Render the published reports by year, and the rates of the reporting cycles."""
    return _chart(context, "reports", id, title, filters)


@register.inclusion_tag(TEMPLATE, takes_context=True)
def flow_chart(context: Context, id: str, title: str = "", **filters: Any) -> dict:
    """Render the commitments from agenda point over level of recommendation to status."""
    return _chart(context, "flow", id, title, filters)


@register.inclusion_tag(TEMPLATE, takes_context=True)
def commitment_timeline_chart(context: Context, commitment: Commitment, id: str, title: str = "") -> dict:
    """Render the timeline of a commitment; nothing if it has no event but today."""
    day = context["as_of"]
    figure = registry.build_timeline_chart(id, commitment, day, title=title)
    if len(figure.rows) == 1:
        return {}
    return _figure(figure, "chart-commitment", commitment.reference, {"as_of": day.isoformat()} if day else {})


def _chart(context: Context, name: str, id: str, title: str, filters: dict) -> dict:
    query = registry.ChartQuery.build(filters, context["as_of"])
    params = {**filters, "as_of": query.day.isoformat()} if query.day else filters
    return _figure(registry.build_chart(name, id, query, title=title), "chart", name, params)


def _figure(figure: Figure, view: str, key: str, params: dict) -> dict:
    """Return the template context of a figure, with the URLs of its files."""
    query_string = f"?{urlencode(params, doseq=True)}" if params else ""
    return {"figure": figure} | {form: f"{reverse(view, args=[key, form])}{query_string}" for form in ("svg", "csv")}
