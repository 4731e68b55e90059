"""The form of an assessment."""

from django.contrib import admin

from accounts.models import User
from reporting.forms.draft_rules import DraftRulesMixin


class AssessmentForm(DraftRulesMixin, admin.site.Form):
    """The form of an assessment: requires the assessor of the chosen kind, and refuses one with a stake."""

    writer: User
