"""The profile page."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts.permissions import is_administrator, is_editor, is_secretariat
from accounts.profile.mail_level import MailLevelForm
from accounts.profile.sections import profile_context
from accounts.second_step.requirement import second_steps_of


@method_decorator(never_cache, name="dispatch")
class ProfileView(LoginRequiredMixin, TemplateView):
    """The profile page: the person's roles, agencies and groups today."""

    template_name = "accounts/profile.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            **profile_context(user),
            "memberships": user.memberships.current().select_related("agency"),
            "is_administrator": is_administrator(user),
            "is_secretariat": is_secretariat(user),
            "is_editor": is_editor(user),
            "second_steps": [step.type for step in second_steps_of(user).order_by("created_at")],
            "mail_form": MailLevelForm(initial={"mail_level": user.mail_level}),
        }
