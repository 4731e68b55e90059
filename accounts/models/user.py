"""People who sign in, and their roles."""

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from foundation.described_choices import known_values
from foundation.history import HistoricalRecords

LONG_PASSWORD = 15  # characters of a password that needs no second step


class MailLevel(models.TextChoices):
    """The mails that a person wants."""

    ALL = "all", _("Everything that concerns me")
    ESSENTIAL = "essential", _("Only what I must act on: sent back, due, overdue")
    NONE = "none", _("Nothing")


class User(AbstractUser):
    """A person who signs in to report, to review or to run the portal."""

    MailLevel = MailLevel

    mail_level = models.CharField(
        _("mail"),
        max_length=10,
        choices=MailLevel,
        default=MailLevel.ALL,
        help_text=_("Invitations and lost passwords are always answered by mail."),
    )

    # Set with the password, whose length is unknown later. A short password needs a second step.
    has_short_password = models.BooleanField(_("has a short password"), default=False, editable=False)
    history = HistoricalRecords(excluded_fields=["password", "has_short_password", "last_login"])

    class Meta(AbstractUser.Meta):
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_once_in_any_case",
                violation_error_message=_("Somebody has this user name already."),
            ),
            models.UniqueConstraint(
                name="user_mail_address_once",
                fields=["email"],
                condition=~Q(email=""),
                violation_error_message=_("Somebody has an account with this mail address already."),
            ),
            models.CheckConstraint(
                name="user_mail_address_in_small_letters",
                condition=Q(email=Lower("email")),
                violation_error_message=_("A mail address is kept in small letters."),
            ),
            models.CheckConstraint(
                name="user_mail_level_known",
                condition=known_values("mail_level", MailLevel),
                violation_error_message=_("Mail is all, essential or none."),
            ),
        ]

    def clean(self):
        super().clean()
        self.email = self.email.lower()

    def save(self, *args, **kwargs):
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def set_password(self, raw_password):
        super().set_password(raw_password)
        self.has_short_password = raw_password is not None and len(raw_password) < LONG_PASSWORD


# The user of a request, who may not be signed in.
AnyUser = User | AnonymousUser


class AccountRole(User.groups.through):
    """The row that gives a person a role: a model for the sake of its trigger alone."""

    class Meta:
        proxy = True
        default_permissions = ()
