"""The authentication backend of the portal."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef

from accounts.models import User
from accounts.permissions import SECRETARIAT
from accounts.second_step.requirement import SECOND_STEPS


class AccountBackend(AuthenticationBackend):
    """allauth's backend; it loads users with what the rule of the second step needs."""

    def get_user(self, user_id):
        """Load the user with the annotations that `must_set_up_second_step` needs, in one query."""
        secretariat = Group.objects.filter(name=SECRETARIAT, user=OuterRef("pk"))
        steps = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_STEPS)
        users = User.objects.annotate(in_secretariat=Exists(secretariat), has_second_step=Exists(steps))
        user = users.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
