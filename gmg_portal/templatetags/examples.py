"""The template tag for the names of the example programs."""

from django import template

from gmg_portal.open_data import examples

register = template.Library()


@register.simple_tag
def example_files() -> list[str]:
    """Return the names of the example programs, for a page that links to them."""
    return examples.file_names()
