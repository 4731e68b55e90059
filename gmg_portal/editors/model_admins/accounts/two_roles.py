"""Warnings about people who review and act for an agency."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.actions import memberships
from accounts.models import User
from accounts.permissions import has_two_roles


def warn_about_two_roles(request: HttpRequest, person: User) -> None:
    """Warn on the page, and secretariat and administrators by mail, if a reviewer acts for an agency."""
    if memberships.warn_about_two_roles(person, by=request.user):
        show_two_roles_warning(request, person)


def show_two_roles_warning(request: HttpRequest, person: User) -> None:
    if has_two_roles(person):
        text = gettext(
            "%(person)s reviews for the secretariat or as administrator and now acts for an agency as well: what that"
            " agency writes, leads or is a partner in is for others to review."
        )
        messages.warning(request, text % {"person": person})
