"""The address of the mail preferences that every mail links to."""

from django.urls import path

from accounts.profile import mail_level

app_name = "mail"
urlpatterns = [
    path("", mail_level.MailLevelView.as_view(), name="own"),
    path("<str:token>/", mail_level.MailLevelLinkView.as_view(), name="fewer"),
]
