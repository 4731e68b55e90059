from django.contrib.auth import views
from django.urls import path

from gmg_portal import accounts

app_name = "accounts"
urlpatterns = [
    path("", accounts.ProfileView.as_view(), name="profile"),
    path("login/", accounts.LoginView.as_view(), name="login"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("password/", accounts.PasswordView.as_view(), name="password"),
]
