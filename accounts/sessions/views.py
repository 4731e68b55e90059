"""The list of a person's sessions."""

from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts.sessions.devices import describe_device


@method_decorator(never_cache, name="dispatch")
class SessionsView(LoginRequiredMixin, TemplateView):
    """The list of the person's sessions. POST ends a session: `end` is its number, or 'others'."""

    template_name = "accounts/sessions.html"

    def get_context_data(self, **kwargs):
        sessions = sorted(self.get_sessions(), key=lambda session: session.last_seen_at, reverse=True)
        lines = [{"session": session, "device": describe_device(session.user_agent)} for session in sessions]
        return super().get_context_data(**kwargs) | {
            "lines": lines,
            "others": sum(not session.is_current() for session in sessions),
        }

    def get_sessions(self) -> list[UserSession]:
        return UserSession.objects.purge_and_list(self.request.user)

    def post(self, request, *args, **kwargs):
        selection = request.POST.get("end", "")
        ended = [
            session
            for session in self.get_sessions()
            if (not session.is_current() if selection == "others" else str(session.pk) == selection)
        ]
        end_sessions(request, ended)
        if not request.user.is_authenticated:
            return redirect(settings.LOGOUT_REDIRECT_URL)
        messages.success(request, _("You are signed out there.") if ended else _("That session had ended already."))
        return redirect("accounts:sessions")
