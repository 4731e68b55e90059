"""The app of the register."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """The register: it writes nothing but its read model, and the database does so."""

    name = "register"

    def ready(self):
        from register.standings import triggers

        triggers.register()
