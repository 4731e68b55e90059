"""The template filter for search results."""

from django import template

from register.search import highlight_html

register = template.Library()
register.filter(highlight_html)
