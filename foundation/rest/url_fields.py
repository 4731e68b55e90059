"""Fields of serializers that hold an address."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

ADDRESS_OF_PAGE = _("The address of its page.")


class PageURLField(serializers.URLField):
    """A field with the absolute address of a row's page."""

    def __init__(self, **kwargs):
        kwargs = {"source": "get_absolute_url", "help_text": ADDRESS_OF_PAGE, **kwargs}
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value):
        return self.context["request"].build_absolute_uri(value)


class LinkField(serializers.URLField):
    """A field with an external address; null if empty."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, allow_null=True, **kwargs)

    def to_representation(self, value):
        return value or None


class ListURLField(serializers.URLField):
    """A field with the absolute address of a list of the API, filtered by the row: `…/commitments/?agency=ilo`."""

    def __init__(self, view_name: str, parameter: str, **kwargs):
        self.view_name, self.parameter = view_name, parameter
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value):
        return self.context["request"].build_absolute_uri(f"{reverse(self.view_name)}?{self.parameter}={value}")
