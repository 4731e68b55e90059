"""Access tokens of agencies' own systems."""

from datetime import UTC, date, timedelta

from concurrency.fields import AutoIncVersionField
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey

from accounts.querysets import AccessTokenManager
from agencies.models import Agency
from foundation.described_choices import known_values
from foundation.history import HistoricalRecords

MAX_TOKEN_VALIDITY = timedelta(days=366)  # the day of creation and a year


class TokenScope(models.TextChoices):
    """The permissions of a program with a token."""

    READ = "read", _("Read open reports")
    DRAFT = "draft", _("Read and write drafts")
    SUBMIT = "submit", _("Read and write drafts, and submit them")


class AccessToken(AbstractAPIKey):
    """An access token: an agency's system acts with it for its maker, within that agency and until a day.

    The secret is shown once; only a hash of it is stored. `prefix` is the beginning of the secret and identifies the
    token where the secret must not appear.
    """

    Scope = TokenScope

    # The library's primary key contains the digest, and would appear in addresses of the editor area.
    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="access_tokens")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        editable=False,
        related_name="access_tokens",
    )
    name = models.CharField(
        _("name"),
        max_length=50,
        help_text=_("Which system it is for, so that you know it again: ‘ILO project database’."),
    )
    scope = models.CharField(
        _("what it may do"),
        max_length=10,
        choices=Scope,
        default=Scope.DRAFT,
        help_text=_("Nothing that it does is public: somebody else publishes what is submitted."),
    )
    created = models.DateTimeField(_("made on"), default=timezone.now, editable=False)
    expiry_date = models.DateTimeField(_("good until"), editable=False)
    revoked = models.BooleanField(_("revoked"), default=False, editable=False)
    revoked_at = models.DateTimeField(_("revoked on"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["hashed_key", "last_used_at", "version"])

    objects = AccessTokenManager()

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        ordering = ["-created"]
        constraints = [
            models.CheckConstraint(
                name="token_scope_known",
                condition=known_values("scope", TokenScope),
                violation_error_message=_("A token reads, writes drafts, or submits them as well."),
            ),
            models.CheckConstraint(
                name="token_expires_within_a_year",
                condition=Q(expiry_date__gt=F("created"), expiry_date__lte=F("created") + MAX_TOKEN_VALIDITY),
                violation_error_message=_("A token is good for some time, and for a year at most."),
            ),
            models.CheckConstraint(
                name="token_revoked_at_a_time",
                condition=Q(revoked=False, revoked_at__isnull=True) | Q(revoked=True, revoked_at__isnull=False),
                violation_error_message=_("A token that is revoked was revoked at some time."),
            ),
            models.UniqueConstraint(
                name="token_name_once_in_use",
                fields=["agency", "name"],
                condition=Q(revoked=False),
                violation_error_message=_(
                    "Your agency has a token with this name already: revoke that one, or choose another name."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.shown_prefix})"

    @property
    def shown_prefix(self) -> str:
        """Return the beginning of the secret, which identifies the token."""
        return f"{AccessTokenManager.key_generator.prefix_mark}{self.prefix}"

    @property
    def last_day(self) -> date:
        """Return the last day (UTC) on which it is valid."""
        return (self.expiry_date - timedelta.resolution).astimezone(UTC).date()

    @property
    def allows(self) -> set[str]:
        """Return its scope and the scopes included in it."""
        scopes = self.Scope.values
        return set(scopes[: scopes.index(self.scope) + 1])

    @property
    def status_label(self) -> str:
        if self.revoked:
            return _("Revoked")
        return _("Expired") if self.has_expired else _("In use")
