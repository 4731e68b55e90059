"""Records of signing in: addresses known to belong to an account's owner, and mails that warned them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.described_choices import known_values


class KnownAddress(models.Model):
    """A network address, stored as a keyed digest, from which the owner of an account has signed in."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=40)
    used_at = models.DateTimeField(db_index=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(name="known_address_once", fields=["user", "digest"])]

    def __str__(self):
        return self.digest


class WarningKind(models.TextChoices):
    """The reason of a warning to an owner."""

    PASSWORD = "password", _("Wrong passwords")
    CODE = "code", _("Wrong codes")


class SignInWarning(models.Model):
    """A mail that warned the owner of an account of wrong passwords or codes; many attempts cause only one."""

    Kind = WarningKind

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    sent_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="sign_in_warning_once", fields=["user", "kind"]),
            models.CheckConstraint(name="sign_in_warning_kind_known", condition=known_values("kind", WarningKind)),
        ]

    def __str__(self):
        return self.get_kind_display()
