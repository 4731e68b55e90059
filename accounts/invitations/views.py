"""The page of an invitation's link."""

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.core.exceptions import ValidationError
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from accounts.actions.invitations import accept_invitation, find_invitation, was_accepted_by
from accounts.invitations.forms import AcceptInvitationForm


@method_decorator(never_cache, name="dispatch")
class InvitationView(FormView):
    """The page of an invitation's link. A GET request does not use the link up, as mail scanners open links."""

    template_name = "accounts/invitation.html"
    form_class = AcceptInvitationForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            return self.render_to_response({"signed_in": request.user})
        self.invitation = find_invitation(kwargs["token"])
        if self.invitation is None:
            return self.sign_in_again(kwargs["token"]) or self.invalid_link_response()
        return super().dispatch(request, *args, **kwargs)

    def sign_in_again(self, token):
        """Sign in a person who sent the form twice, if name and password are those of the account just created."""
        username, password = self.request.POST.get("username", ""), self.request.POST.get("password1", "")
        if not password or not was_accepted_by(token, username):
            return None
        user = get_account_adapter().authenticate(self.request, username=username, password=password)
        if user is None:
            return None
        record_authentication(self.request, user, method="password")
        return perform_login(self.request, Login(user=user))

    def invalid_link_response(self):
        return self.render_to_response({"is_invalid": True}, status=404)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"invitation": self.invitation}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"invitation": self.invitation}

    def form_valid(self, form):
        credentials = {"username": form.cleaned_data["username"], "password": form.cleaned_data["password1"]}
        try:
            user = accept_invitation(self.kwargs["token"], **credentials)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.form_invalid(form)
        if user is None:
            return self.sign_in_again(self.kwargs["token"]) or self.invalid_link_response()
        record_authentication(self.request, user, method="password")
        return perform_login(self.request, Login(user=user))
