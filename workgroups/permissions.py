"""Which groups a person's agencies lead. `commitments` builds the rights of reviewers on it."""

from django.db.models import QuerySet

from accounts.permissions import agencies_of, cache_query
from workgroups.models import Participation, WorkGroup


@cache_query
def groups_led_by(user) -> QuerySet[WorkGroup]:
    """Return the groups that an agency of the person co-chairs or co-convenes today."""
    leading = Participation.objects.leading().filter(agency__in=agencies_of(user))
    return WorkGroup.objects.filter(pk__in=leading.values("workgroup"))
