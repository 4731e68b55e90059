import re
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from rest_framework_api_key.crypto import KeyGenerator
from rest_framework_api_key.models import BaseAPIKeyManager

from agencies.names_of_day import active_day
from foundation.clock import today


class AgencyQuerySet(models.QuerySet):
    def members(self, day: date | None = None) -> Self:
        """Filter the members of the group on a day, first and last day included; constituents are left out.

        A member without a first day counts from the start. `Agency.belongs_on()` is the same rule for a row.
        """
        day = day or today()
        joined = Q(joined__isnull=True) | Q(joined__lte=day)
        return self.with_own_membership().filter(joined, Q(left__isnull=True) | Q(left__gte=day))

    def with_own_membership(self) -> Self:
        """Filter past, current and future members, without constituents of members."""
        return self.filter(parent__isnull=True)

    def with_names_of_day(self) -> Self:
        """Annotate `acronym_of_day` and `name_of_day`, the names inside `names_on(day)`, to sort by."""
        day = active_day()
        if day is None:
            return self.annotate(acronym_of_day=F("acronym"), name_of_day=F("name"))
        former_names = self.model._meta.get_field("former_names").related_model.objects
        names = former_names.filter(agency=OuterRef("pk"), until__gte=day).order_by("until")
        return self.annotate(
            acronym_of_day=Coalesce(Subquery(names.values("acronym")[:1]), F("acronym")),
            name_of_day=Coalesce(Subquery(names.values("name")[:1]), F("name")),
        )


class FormerNameQuerySet(models.QuerySet):
    def borne_on(self, day: date) -> Self:
        """Filter the former name that each agency had on a day; none for agencies with their current name."""
        return self.filter(until__gte=day).order_by("agency", "until").distinct("agency")


class MembershipQuerySet(models.QuerySet):
    def current(self) -> Self:
        """Filter memberships in force today (UTC)."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today()), starts_on__lte=today())


class InvitationQuerySet(models.QuerySet):
    def acceptable(self) -> Self:
        """Filter invitations that can be accepted: open and not expired."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())


class TokenKeyGenerator(KeyGenerator):
    """A generator of secrets of the form 'gmghld_<prefix>.<secret>', which secret scanners can recognize."""

    prefix_mark = "gmghld_"
    key_pattern = re.compile(r"gmghld_(?P<prefix>[A-Za-z0-9]{8})\.[A-Za-z0-9]{40}")

    def __init__(self):
        super().__init__(prefix_length=8, secret_key_length=40)

    def generate(self) -> tuple[str, str, str]:
        prefix = self.get_prefix()
        key = f"{self.prefix_mark}{prefix}.{self.get_secret_key()}"
        return key, prefix, self.hash(key)


class AccessTokenQuerySet(models.QuerySet):
    def in_use(self) -> Self:
        """Filter tokens that work: valid, and their maker acts for the agency today (UTC)."""
        return self.valid().filter(self._acting())

    def orphaned(self) -> Self:
        """Filter unrevoked tokens whose maker's account is closed or who no longer acts for the agency."""
        return self.filter(revoked=False).exclude(self._acting())

    def valid(self) -> Self:
        """Filter tokens neither revoked nor expired."""
        return self.filter(revoked=False, expiry_date__gt=timezone.now())

    def record_use(self, now) -> None:
        """Update the time of the last use, at most once a minute and without a history record."""
        self.exclude(last_used_at__gt=now - timedelta(minutes=1)).update(last_used_at=now)

    def _acting(self) -> Q:
        memberships = self.model._meta.get_field("made_by").related_model._meta.get_field("memberships").related_model
        current = memberships.objects.current().filter(user=OuterRef("made_by"), agency=OuterRef("agency"))
        return Q(Exists(current), made_by__is_active=True)


class AccessTokenManager(BaseAPIKeyManager.from_queryset(AccessTokenQuerySet)):
    key_generator = TokenKeyGenerator()

    def assign_key(self, obj) -> str:
        """Set a token's prefix and hash, and return its secret, which is not stored."""
        key, obj.prefix, obj.hashed_key = self.key_generator.generate()
        return key

    def get_from_key(self, key: str):
        """Return the working token of a secret. Raises DoesNotExist."""
        match = self.key_generator.key_pattern.fullmatch(key)
        tokens = self.in_use().select_related("agency", "made_by").filter(prefix=match["prefix"] if match else "")
        token = tokens.get()
        if not token.is_valid(key):
            raise self.model.DoesNotExist
        return token
