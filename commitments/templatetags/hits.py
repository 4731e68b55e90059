from django import template

from commitments.search import marked

register = template.Library()
register.filter("hits", marked)
