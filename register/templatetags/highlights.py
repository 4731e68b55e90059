"""The filter that marks the hits of a search."""

from django import template

from register.search.full_text import highlight_html

register = template.Library()
register.filter("hits", highlight_html)
