from django import template

from commitments.search import highlight_html

register = template.Library()
register.filter("hits", highlight_html)
