from datetime import UTC, date, timedelta

from concurrency.fields import AutoIncVersionField
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey

from agencies.names_of_day import former_name_of
from agencies.querysets import (
    AccessTokenManager,
    AgencyQuerySet,
    FormerNameQuerySet,
    InvitationQuerySet,
    MembershipQuerySet,
)
from foundation.clock import today
from foundation.dates.columns import PastDateField, PlannedDateField
from foundation.dates.parsing import format_date
from foundation.history import HistoricalRecords
from foundation.text.web_addresses import AddressField

LONG_PASSWORD = 15  # characters of a password that needs no second step
MAX_TOKEN_VALIDITY = timedelta(days=366)  # the day of creation and a year


class User(AbstractUser):
    """A person who signs in to report, to review or to run the portal."""

    class MailLevel(models.TextChoices):
        ALL = "all", _("Everything that concerns me")
        ESSENTIAL = "essential", _("Only what I must act on: sent back, due, overdue")
        NONE = "none", _("Nothing")

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
                condition=Q(mail_level__in=["all", "essential", "none"]),
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


class AccountRole(User.groups.through):
    """The row that gives a person a role: a model for the sake of its trigger alone."""

    class Meta:
        proxy = True
        default_permissions = ()


class Agency(models.Model):
    """A member of the Global Migration Group, or a constituent under one membership (the Regional Commissions)."""

    code = models.SlugField(_("code"), max_length=20, unique=True, help_text=_("Permanent: it is part of addresses."))
    acronym = models.CharField(_("acronym"), max_length=30)
    name = models.CharField(_("name"), max_length=200)
    mandate = models.TextField(_("mandate"), blank=True)
    headquarters = models.CharField(_("headquarters"), max_length=100, blank=True)
    website = AddressField(_("website"), blank=True)
    joined = PastDateField(
        _("joined"),
        null=True,
        blank=True,
        help_text=_("Its first day as a member; empty where it is not known: it then counts as one from the start."),
    )
    left = PlannedDateField(
        _("left"), null=True, blank=True, help_text=_("Its last day as a member; empty while it is one.")
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("constituent of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="constituents",
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])
    bears_former_name = False  # set on rows read inside `names_on()`

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["position", "acronym"]
        constraints = [
            models.CheckConstraint(
                name="agency_left_after_joined",
                condition=Q(left__isnull=True) | Q(joined__isnull=True) | Q(left__gte=F("joined")),
                violation_error_message=_("An agency cannot leave before it joined."),
            ),
            models.CheckConstraint(
                name="agency_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message=_("An agency cannot be a constituent of itself."),
            ),
        ]

    def __str__(self):
        return self.acronym

    def save(self, *args, **kwargs):
        if self.bears_former_name:
            raise ValueError("This agency was read with the name of a past day, and cannot be saved.")
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("agencies:detail", args=[self.code])

    @classmethod
    def from_db(cls, db, field_names, values):
        """Load an agency; inside `names_on(day)` with its name of that day."""
        agency = super().from_db(db, field_names, values)
        if former_name := former_name_of(agency.pk):
            agency.acronym, agency.name = former_name.acronym, former_name.name
            agency.bears_former_name = True
        return agency

    def has_joined_by(self, day: date) -> bool:
        """Return whether it had joined the group by a day; True if its first day is unknown."""
        return self.joined is None or self.joined <= day

    def has_left_by(self, day: date) -> bool:
        """Return whether it had left the group before a day."""
        return self.left is not None and self.left < day

    def belongs_on(self, day: date) -> bool:
        """Return whether it is in the group on a day, as a member or a constituent of one."""
        return self.has_joined_by(day) and not self.has_left_by(day)


class FormerName(models.Model):
    """A name of an agency until a day, from the day after its previous former name."""

    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="former_names")
    acronym = models.CharField(_("acronym"), max_length=30)
    name = models.CharField(_("name"), max_length=200)
    until = PastDateField(_("until"), help_text=_("The last day on which the agency bore this name."))
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("Where the change of name is recorded.")
    )
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = FormerNameQuerySet.as_manager()

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        ordering = ["agency", "-until"]
        constraints = [
            models.UniqueConstraint(
                name="former_name_once_until_a_day",
                fields=["agency", "until"],
                violation_error_message=_("This agency has a former name until that day already."),
            ),
            models.CheckConstraint(
                name="former_name_not_empty",
                condition=~Q(acronym="") & ~Q(name=""),
                violation_error_message=_("A former name has both an acronym and a name."),
            ),
        ]

    def __str__(self):
        return self.acronym

    def clean(self):
        """Refuse today, as the name is still in use until its end; the field refuses future days."""
        super().clean()
        if self.until == today():
            message = _("%(day)s has not passed yet: a former name was borne until yesterday at the latest.")
            raise ValidationError({"until": message % {"day": format_date(self.until)}})


class ChairTerm(models.Model):
    """The days from which and to which an agency chairs the group; no two terms overlap."""

    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="chair_terms")
    starts_on = PlannedDateField(_("starts on"))
    ends_on = PlannedDateField(_("ends on"))
    source = models.CharField(_("source"), max_length=300, blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("chair term")
        verbose_name_plural = _("chair terms")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                name="chair_term_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("A chair term cannot end before it starts."),
            ),
            ExclusionConstraint(
                name="chair_terms_do_not_overlap",
                expressions=[
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
                violation_error_message=_("Another agency chairs the group in these days."),
            ),
        ]

    def __str__(self):
        return f"{self.agency}, {format_date(self.starts_on)} – {format_date(self.ends_on)}"


class Membership(models.Model):
    """A person acts for an agency, from a day and until a day (an empty end is open)."""

    class Role(models.TextChoices):
        FOCAL_POINT = "focal_point", _("Focal point")
        ALTERNATE = "alternate", _("Alternate")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="memberships"
    )
    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.FOCAL_POINT)
    starts_on = PlannedDateField(_("from"))
    ends_on = PlannedDateField(_("until"), null=True, blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["agency", "user"]
        constraints = [
            models.CheckConstraint(
                name="membership_role_known",
                condition=Q(role__in=["focal_point", "alternate"]),
                violation_error_message=_("The role is focal point or alternate."),
            ),
            models.CheckConstraint(
                name="membership_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("A membership cannot end before it starts."),
            ),
            models.UniqueConstraint(
                name="membership_once_from_a_day",
                fields=["user", "agency", "starts_on"],
                violation_error_message=_("This person already acts for this agency from that day."),
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.agency}"


class Invitation(models.Model):
    """An invitation by mail, with a link that creates one account with a role."""

    class Role(models.TextChoices):
        FOCAL_POINT = "focal_point", _("Focal point")
        ALTERNATE = "alternate", _("Alternate")
        SECRETARIAT = "secretariat", _("Secretariat")
        ADMINISTRATOR = "administrator", _("Administrator")

    FOR_AGENCY = (Role.FOCAL_POINT, Role.ALTERNATE)

    email = models.EmailField(_("mail address"))
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.FOCAL_POINT)
    agency = models.ForeignKey(
        Agency,
        verbose_name=_("agency"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        help_text=_("For a focal point or an alternate; empty for the secretariat and administrators."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)  # of the link's secret, which is not stored
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("invited by"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made on"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent on"), editable=False)
    expires_at = models.DateTimeField(_("good until"), editable=False)
    accepted_at = models.DateTimeField(_("accepted on"), null=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("accepted by"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    revoked_at = models.DateTimeField(_("revoked on"), null=True, editable=False)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["digest", "version"])

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-sent_at"]
        constraints = [
            models.CheckConstraint(
                name="invitation_agency_with_its_roles",
                condition=Q(role__in=["focal_point", "alternate"], agency__isnull=False)
                | Q(role__in=["secretariat", "administrator"], agency__isnull=True),
                violation_error_message=_(
                    "A focal point or an alternate acts for an agency: choose it. The secretariat and administrators"
                    " act for none: leave it empty."
                ),
            ),
            models.CheckConstraint(
                name="invitation_expires_after_sending",
                condition=Q(expires_at__gt=F("sent_at")),
                violation_error_message=_("An invitation is good for some time after it is sent."),
            ),
            models.CheckConstraint(
                name="invitation_accepted_by_somebody_at_a_time",
                condition=Q(accepted_by__isnull=True) | Q(accepted_at__isnull=False),
                violation_error_message=_("Whoever accepted an invitation did so at some time."),
            ),
            models.CheckConstraint(
                name="invitation_accepted_or_revoked",
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                violation_error_message=_("An invitation that is accepted cannot be revoked."),
            ),
            models.UniqueConstraint(
                name="invitation_open_once_for_an_address",
                fields=["email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                violation_error_message=_(
                    "This address has an invitation already, which was not accepted yet: send that one anew, or"
                    " revoke it."
                ),
            ),
        ]

    def __str__(self):
        return self.email

    @property
    def is_open(self) -> bool:
        """Return whether it is neither accepted nor revoked; it may have expired."""
        return self.accepted_at is None and self.revoked_at is None

    @property
    def has_expired(self) -> bool:
        return self.is_open and self.expires_at <= timezone.now()

    @property
    def status_label(self) -> str:
        if self.accepted_at:
            return _("Accepted")
        if self.revoked_at:
            return _("Revoked")
        return _("Expired") if self.has_expired else _("Open")


class AccessToken(AbstractAPIKey):
    """An access token: an agency's system acts with it for its maker, within that agency and until a day.

    The secret is shown once; only a hash of it is stored. `prefix` is the beginning of the secret and identifies the
    token where the secret must not appear.
    """

    class Scope(models.TextChoices):
        READ = "read", _("Read open reports")
        DRAFT = "draft", _("Read and write drafts")
        SUBMIT = "submit", _("Read and write drafts, and submit them")

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
                condition=Q(scope__in=["read", "draft", "submit"]),
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


class SubmittedForm(models.Model):
    """A submitted form, by its key. A second submission leads to the row that the first created."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    form = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of the fields submitted last
    row = models.BigIntegerField(null=True)
    # The fields of a second submission that differ; shown to their sender only.
    second = models.JSONField(null=True)
    made_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)

    class Meta:
        db_table = "submitted_form"

    def __str__(self):
        return f"{self.form} {self.key}"
