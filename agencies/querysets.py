import re
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from rest_framework_api_key.crypto import KeyGenerator
from rest_framework_api_key.models import BaseAPIKeyManager

from agencies.names import day_of_names
from foundation.clock import today


class AgencyQuerySet(models.QuerySet):
    def members(self, day: date | None = None) -> Self:
        """The members of the group on a day, its own first and last included; constituents stand under their member.

        One whose first day is not known counts from the start. `Agency.belongs_on()` says the same of a row.
        """
        day = day or today()
        joined = Q(joined__isnull=True) | Q(joined__lte=day)
        return self.with_own_membership().filter(joined, Q(left__isnull=True) | Q(left__gte=day))

    def with_own_membership(self) -> Self:
        """Those that are, were or will be members themselves, and not constituents of one."""
        return self.filter(parent__isnull=True)

    def with_names_of_day(self) -> Self:
        """Annotate `acronym_of_day` and `name_of_day`, to sort by: the names that rows bear inside `names_on(day)`."""
        day = day_of_names()
        if day is None:
            return self.annotate(acronym_of_day=F("acronym"), name_of_day=F("name"))
        former_names = self.model._meta.get_field("former_names").related_model.objects
        borne = former_names.filter(agency=OuterRef("pk"), until__gte=day).order_by("until")
        return self.annotate(
            acronym_of_day=Coalesce(Subquery(borne.values("acronym")[:1]), F("acronym")),
            name_of_day=Coalesce(Subquery(borne.values("name")[:1]), F("name")),
        )


class FormerNameQuerySet(models.QuerySet):
    def borne_on(self, day: date) -> Self:
        """The former name that each agency bore on a day; none for one that bore its name of today already."""
        return self.filter(until__gte=day).order_by("agency", "until").distinct("agency")


class MembershipQuerySet(models.QuerySet):
    def current(self) -> Self:
        """Memberships in force today (UTC)."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today()), starts_on__lte=today())


class InvitationQuerySet(models.QuerySet):
    def acceptable(self) -> Self:
        """Those whose link still opens an account."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())


class MarkedKeys(KeyGenerator):
    """Secrets that programs which look for lost ones know by their mark: 'gmghld_<prefix>.<secret>'."""

    mark = "gmghld_"
    shape = re.compile(r"gmghld_(?P<prefix>[A-Za-z0-9]{8})\.[A-Za-z0-9]{40}")

    def __init__(self):
        super().__init__(prefix_length=8, secret_key_length=40)

    def generate(self) -> tuple[str, str, str]:
        prefix = self.get_prefix()
        key = f"{self.mark}{prefix}.{self.get_secret_key()}"
        return key, prefix, self.hash(key)


class AccessTokenQuerySet(models.QuerySet):
    def in_use(self) -> Self:
        """Those that still open something: good by themselves, of somebody who acts for the agency today (UTC)."""
        return self.standing().filter(self._acting())

    def orphaned(self) -> Self:
        """Not revoked, of somebody whose account is closed or who no longer acts for the agency."""
        return self.filter(revoked=False).exclude(self._acting())

    def standing(self) -> Self:
        """Neither revoked nor expired."""
        return self.filter(revoked=False, expiry_date__gt=timezone.now())

    def used(self, now) -> None:
        """Note it, once a minute at most and without a line in the history."""
        self.exclude(last_used_at__gt=now - timedelta(minutes=1)).update(last_used_at=now)

    def _acting(self) -> Q:
        memberships = self.model._meta.get_field("made_by").related_model._meta.get_field("memberships").related_model
        acting = memberships.objects.current().filter(user=OuterRef("made_by"), agency=OuterRef("agency"))
        return Q(Exists(acting), made_by__is_active=True)


class AccessTokenManager(BaseAPIKeyManager.from_queryset(AccessTokenQuerySet)):
    key_generator = MarkedKeys()

    def assign_key(self, obj) -> str:
        """Give a token its secret, which is returned and stands nowhere else."""
        key, obj.prefix, obj.hashed_key = self.key_generator.generate()
        return key

    def get_from_key(self, key: str):
        """The token in use that a secret opens; DoesNotExist for all else."""
        shape = self.key_generator.shape.fullmatch(key)
        tokens = self.in_use().select_related("agency", "made_by").filter(prefix=shape["prefix"] if shape else "")
        token = tokens.get()
        if not token.is_valid(key):
            raise self.model.DoesNotExist
        return token
