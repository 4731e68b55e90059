"""Serializers of problems, as RFC 9457 describes them: the fields that every refusal has."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from foundation.rest.problem_codes import PROBLEM_CHOICES

# Descriptions of the fields of one error among those of a problem.
FAULT_CODE = _("What is wrong with it: stable, for programs.")
FAULT_DETAIL = _("What is wrong with it.")


class BaseProblemSerializer(serializers.Serializer):
    """A problem without its errors."""

    type = serializers.CharField(help_text=_("The address of what the code means, on the page of this description."))
    title = serializers.CharField(help_text=_("The status in words."))
    status = serializers.IntegerField(help_text=_("The HTTP status."))
    code = serializers.ChoiceField(PROBLEM_CHOICES, help_text=_("Which problem it is: stable, for programs."))
    detail = serializers.CharField(help_text=_("What went wrong, in a sentence."))
    instance = serializers.CharField(help_text=_("The address that was asked for."))
