"""Queries of memberships, invitations and access tokens."""

import re
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from rest_framework_api_key.crypto import KeyGenerator
from rest_framework_api_key.models import BaseAPIKeyManager

from foundation.clock import today


class MembershipQuerySet(models.QuerySet):
    """Memberships, by the day on which they count."""

    def current(self) -> Self:
        """Filter memberships in force today (UTC)."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today()), starts_on__lte=today())


class InvitationQuerySet(models.QuerySet):
    """Invitations, by whether they can still be accepted."""

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
    """Access tokens, by whether they are valid."""

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
    """The manager of access tokens."""

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
