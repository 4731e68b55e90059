from django.urls import path

from gmg_portal.accounts import mail_level

app_name = "mail"
urlpatterns = [
    path("", mail_level.OwnLevelView.as_view(), name="own"),
    path("<str:token>/", mail_level.FewerView.as_view(), name="fewer"),
]
