"""All addresses of an account. Our own have names of ours; the others have those by which allauth calls them."""

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as key
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache

from gmg_portal.accounts import views
from gmg_portal.accounts.brakes import braked


def page(view, name: str):
    """One of allauth's views with a page of ours, which no browser keeps: some show secrets."""
    return never_cache(view.as_view(template_name=f"accounts/{name}.html"))


ours = [
    path("", views.ProfileView.as_view(), name="profile"),
    path("login/", braked(views.LoginView.as_view()), name="login"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("password/", braked(page(account.PasswordChangeView, "password/change")), name="password"),
    path("sessions/", views.SessionsView.as_view(), name="sessions"),
    path("invitation/<str:token>/", braked(views.InvitationView.as_view()), name="invitation"),
]

second_steps = [
    path("", views.SecondStepView.as_view(), name="mfa_index"),
    path("code/", braked(page(second_step.AuthenticateView, "second_step/code")), name="mfa_authenticate"),
    path("again/", braked(page(second_step.ReauthenticateView, "reauthenticate/code")), name="mfa_reauthenticate"),
    path("app/", page(app.ActivateTOTPView, "second_step/app_add"), name="mfa_activate_totp"),
    path("app/remove/", page(app.DeactivateTOTPView, "second_step/app_remove"), name="mfa_deactivate_totp"),
    path(
        "recovery-codes/",
        page(codes.ViewRecoveryCodesView, "second_step/recovery_codes"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "recovery-codes/new/",
        page(codes.GenerateRecoveryCodesView, "second_step/recovery_codes_new"),
        name="mfa_generate_recovery_codes",
    ),
    path("recovery-codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("keys/", page(key.ListWebAuthnView, "second_step/security_keys"), name="mfa_list_webauthn"),
    path("keys/add/", page(key.AddWebAuthnView, "second_step/security_key_add"), name="mfa_add_webauthn"),
    path(
        "keys/again/",
        braked(page(key.ReauthenticateWebAuthnView, "reauthenticate/security_key")),
        name="mfa_reauthenticate_webauthn",
    ),
    path("keys/login/", braked(views.KeySignInView.as_view()), name="mfa_login_webauthn"),
    path("keys/<int:pk>/remove/", views.RemoveKeyView.as_view(), name="mfa_remove_webauthn"),
    path("keys/<int:pk>/edit/", page(key.EditWebAuthnView, "second_step/security_key_edit"), name="mfa_edit_webauthn"),
]

urlpatterns = [
    path("", include((ours, "accounts"))),
    path("login/", braked(views.LoginView.as_view()), name="account_login"),
    path("logout/", views.LogoutView.as_view(), name="account_logout"),
    path(
        "signup/",
        account.SignupView.as_view(template_name_signup_closed="accounts/signup_closed.html"),
        name="account_signup",
    ),
    path("closed/", page(account.AccountInactiveView, "account_inactive"), name="account_inactive"),
    path("again/", braked(page(account.ReauthenticateView, "reauthenticate/password")), name="account_reauthenticate"),
    path("password/", braked(page(account.PasswordChangeView, "password/change")), name="account_change_password"),
    path("password/first/", page(account.PasswordSetView, "password/change"), name="account_set_password"),
    path("password/lost/", braked(page(views.LostPasswordView, "password/reset")), name="account_reset_password"),
    path(
        "password/lost/sent/",
        page(account.PasswordResetDoneView, "password/reset_sent"),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/lost/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        braked(page(account.PasswordResetFromKeyView, "password/reset_confirm")),
        name="account_reset_password_from_key",
    ),
    path(
        "password/changed/",
        page(account.PasswordResetFromKeyDoneView, "password/reset_complete"),
        name="account_reset_password_from_key_done",
    ),
    path("second-step/", include(second_steps)),
]
