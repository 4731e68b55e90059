"""Encrypts the secrets of second steps, and ends every session: keys are stored as digests from now on."""

from django.db import migrations

from gmg_portal.accounts.encryption import change_secrets, decrypt, encrypt, is_encrypted


def change_all(apps, change):
    authenticators = apps.get_model("mfa", "Authenticator").objects
    for authenticator in authenticators.exclude(type="webauthn").select_for_update():
        authenticator.data = change_secrets(authenticator.data, change)
        authenticator.save(update_fields=["data"])


def end_sessions(apps):
    apps.get_model("usersessions", "UserSession").objects.all().delete()
    apps.get_model("sessions", "Session").objects.all().delete()


def forward(apps, _schema_editor):
    change_all(apps, lambda text: text if is_encrypted(text) else encrypt(text))
    end_sessions(apps)


def backward(apps, _schema_editor):
    change_all(apps, lambda text: decrypt(text) if is_encrypted(text) else text)
    end_sessions(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("gmg_portal", "0009_tokens"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(forward, backward)]
