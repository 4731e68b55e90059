"""Which mails a person gets: chosen on the own account's page, or by the link in every mail without signing in."""

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

from agencies.models import User
from commitments.notifications.digests import person_of

Level = User.MailLevel
FEWER = {Level.ALL: Level.ESSENTIAL, Level.ESSENTIAL: Level.NONE, Level.NONE: Level.NONE}


class LevelForm(forms.Form):
    mail_level = forms.ChoiceField(
        label=gettext_lazy("Which mails do you want?"),
        choices=Level.choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the three.")},
    )


def choose(user: User, level: str) -> None:
    user.mail_level = level
    user.save(update_fields=["mail_level"])


class OwnLevelView(LoginRequiredMixin, View):
    """The form stands on the page of the own account."""

    http_method_names = ["get", "post"]

    def get(self, request):
        return redirect("accounts:profile")

    def post(self, request):
        form = LevelForm(request.POST)
        if form.is_valid():
            choose(request.user, form.cleaned_data["mail_level"])
            told = {"level": request.user.get_mail_level_display()}
            messages.success(request, _("From now on you get by mail: %(level)s.") % told)
        else:
            messages.error(request, _("Choose one of the three. Nothing was changed."))
        return redirect("accounts:profile")


@method_decorator([never_cache, csrf_exempt], name="dispatch")
class FewerView(View):
    """Opened from a mail: opening it changes nothing. Whoever holds the link is taken for its person, here alone.

    A mail program that is told to unsubscribe (RFC 8058) posts `List-Unsubscribe=One-Click`, and gets no page to ask
    on: that ends all mails but those one asks for oneself.
    """

    http_method_names = ["get", "post"]

    def dispatch(self, request, *args, token, **kwargs):
        self.person = person_of(token)
        if self.person is None:
            return render(request, "website/mail_level.html", {"person": None}, status=404)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        return self.answer(LevelForm(initial={"mail_level": FEWER[self.person.mail_level]}))

    def post(self, request):
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        form = LevelForm({"mail_level": Level.NONE} if one_click else request.POST)
        if not form.is_valid():
            return self.answer(form, status=400)
        choose(self.person, form.cleaned_data["mail_level"])
        return self.answer(LevelForm(initial={"mail_level": self.person.mail_level}), chosen=True)

    def answer(self, form, *, chosen: bool = False, status: int = 200):
        context = {"person": self.person, "form": form, "chosen": chosen}
        return render(self.request, "website/mail_level.html", context, status=status)
