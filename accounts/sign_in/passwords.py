"""The rules of passwords."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _

from accounts.models import LONG_PASSWORD


class LengthValidator(MinimumLengthValidator):
    """A validator of the minimum length; passwords under LONG_PASSWORD need a second step."""

    def get_help_text(self):
        return _(
            "Your password must have at least %(long)s characters. One of %(short)s or more is taken too, if you sign"
            " in with a second step."
        ) % {"long": LONG_PASSWORD, "short": self.min_length}

    def get_error_message(self):
        return self.get_help_text()
