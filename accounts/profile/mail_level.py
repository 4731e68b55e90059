"""The mail level of a person: set on the profile page, or by the link in every mail without signing in."""

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from accounts.models import User
from accounts.profile.preferences_tokens import user_of_token

Level = User.MailLevel
NEXT_LOWER_LEVEL = {Level.ALL: Level.ESSENTIAL, Level.ESSENTIAL: Level.NONE, Level.NONE: Level.NONE}


class MailLevelForm(forms.Form):
    """The choice of the mails that a person wants."""

    mail_level = forms.ChoiceField(
        label=gettext_lazy("Which mails do you want?"),
        choices=Level.choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the three.")},
    )


def set_mail_level(user: User, level: str) -> None:
    user.mail_level = level
    user.save(update_fields=["mail_level"])


class MailLevelView(LoginRequiredMixin, View):
    """The handler of the form on the profile page."""

    http_method_names = ["get", "post"]

    def get(self, request):
        return redirect("accounts:profile")

    def post(self, request):
        form = MailLevelForm(request.POST)
        if form.is_valid():
            set_mail_level(request.user, form.cleaned_data["mail_level"])
            params = {"level": request.user.get_mail_level_display()}
            messages.success(request, _("From now on you get by mail: %(level)s.") % params)
        else:
            messages.error(request, _("Choose one of the three. Nothing was changed."))
        return redirect("accounts:profile")


@method_decorator([never_cache, csrf_exempt], name="dispatch")
class MailLevelLinkView(View):
    """The page of the link in mails. Its secret token identifies the person, without signing in.

    A GET request changes nothing. Mail programs unsubscribe by posting `List-Unsubscribe=One-Click` (RFC 8058), which
    sets the level to none.
    """

    http_method_names = ["get", "post"]

    def dispatch(self, request, *args, token, **kwargs):
        self.person = user_of_token(token)
        if self.person is None:
            return render(request, "accounts/mail_level.html", {"person": None}, status=404)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        return self.render_form(MailLevelForm(initial={"mail_level": NEXT_LOWER_LEVEL[self.person.mail_level]}))

    def post(self, request):
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        form = MailLevelForm({"mail_level": Level.NONE} if one_click else request.POST)
        if not form.is_valid():
            return self.render_form(form, status=400)
        set_mail_level(self.person, form.cleaned_data["mail_level"])
        return self.render_form(MailLevelForm(initial={"mail_level": self.person.mail_level}), chosen=True)

    def render_form(self, form, *, chosen: bool = False, status: int = 200):
        context = {"person": self.person, "form": form, "chosen": chosen}
        return render(self.request, "accounts/mail_level.html", context, status=status)
