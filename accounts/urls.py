"""URLs of accounts. allauth's views keep the names by which allauth reverses them."""

from collections.abc import Callable

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as key
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache

from accounts.attempts.rate_limits import rate_limited
from accounts.invitations.views import InvitationView
from accounts.profile.views import ProfileView
from accounts.second_step.views import KeySignInView, RemoveKeyView, SecondStepView
from accounts.sessions.views import SessionsView
from accounts.sign_in.views import LoginView, LogoutView, LostPasswordView


def portal_page(view: Callable, name: str) -> Callable:
    """Return one of allauth's views with our template, uncached because some pages show secrets."""
    return never_cache(view.as_view(template_name=f"accounts/{name}.html"))


portal_urls = [
    path("", ProfileView.as_view(), name="profile"),
    path("login/", rate_limited(LoginView.as_view()), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", rate_limited(portal_page(account.PasswordChangeView, "password/change")), name="password"),
    path("sessions/", SessionsView.as_view(), name="sessions"),
    path("invitation/<str:token>/", rate_limited(InvitationView.as_view()), name="invitation"),
]

second_step_urls = [
    path("", SecondStepView.as_view(), name="mfa_index"),
    path("code/", rate_limited(portal_page(second_step.AuthenticateView, "second_step/code")), name="mfa_authenticate"),
    path(
        "again/",
        rate_limited(portal_page(second_step.ReauthenticateView, "reauthenticate/code")),
        name="mfa_reauthenticate",
    ),
    path("app/", portal_page(app.ActivateTOTPView, "second_step/app_add"), name="mfa_activate_totp"),
    path("app/remove/", portal_page(app.DeactivateTOTPView, "second_step/app_remove"), name="mfa_deactivate_totp"),
    path(
        "recovery-codes/",
        portal_page(codes.ViewRecoveryCodesView, "second_step/recovery_codes"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "recovery-codes/new/",
        portal_page(codes.GenerateRecoveryCodesView, "second_step/recovery_codes_new"),
        name="mfa_generate_recovery_codes",
    ),
    path("recovery-codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("keys/", portal_page(key.ListWebAuthnView, "second_step/security_keys"), name="mfa_list_webauthn"),
    path("keys/add/", portal_page(key.AddWebAuthnView, "second_step/security_key_add"), name="mfa_add_webauthn"),
    path(
        "keys/again/",
        rate_limited(portal_page(key.ReauthenticateWebAuthnView, "reauthenticate/security_key")),
        name="mfa_reauthenticate_webauthn",
    ),
    path("keys/login/", rate_limited(KeySignInView.as_view()), name="mfa_login_webauthn"),
    path("keys/<int:pk>/remove/", RemoveKeyView.as_view(), name="mfa_remove_webauthn"),
    path(
        "keys/<int:pk>/edit/",
        portal_page(key.EditWebAuthnView, "second_step/security_key_edit"),
        name="mfa_edit_webauthn",
    ),
]

urlpatterns = [
    path("", include((portal_urls, "accounts"))),
    path("login/", rate_limited(LoginView.as_view()), name="account_login"),
    path("logout/", LogoutView.as_view(), name="account_logout"),
    path(
        "signup/",
        account.SignupView.as_view(template_name_signup_closed="accounts/signup_closed.html"),
        name="account_signup",
    ),
    path("closed/", portal_page(account.AccountInactiveView, "account_inactive"), name="account_inactive"),
    path(
        "again/",
        rate_limited(portal_page(account.ReauthenticateView, "reauthenticate/password")),
        name="account_reauthenticate",
    ),
    path(
        "password/",
        rate_limited(portal_page(account.PasswordChangeView, "password/change")),
        name="account_change_password",
    ),
    path("password/first/", portal_page(account.PasswordSetView, "password/change"), name="account_set_password"),
    path(
        "password/lost/",
        rate_limited(portal_page(LostPasswordView, "password/reset")),
        name="account_reset_password",
    ),
    path(
        "password/lost/sent/",
        portal_page(account.PasswordResetDoneView, "password/reset_sent"),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/lost/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        rate_limited(portal_page(account.PasswordResetFromKeyView, "password/reset_confirm")),
        name="account_reset_password_from_key",
    ),
    path(
        "password/changed/",
        portal_page(account.PasswordResetFromKeyDoneView, "password/reset_complete"),
        name="account_reset_password_from_key_done",
    ),
    path("second-step/", include(second_step_urls)),
]
