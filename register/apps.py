"""The app of the register."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """The register, which has no models of its own."""

    name = "register"
