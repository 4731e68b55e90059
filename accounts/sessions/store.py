"""The session engine: the database stores a digest of the cookie's value.

`session_key` is the digest everywhere: in both session tables, in allauth and in logs. `cookie_value` is the value of
the cookie, which only SessionMiddleware reads and sends. So data from the database do not suffice to sign in.
"""

from hashlib import blake2b

from django.conf import settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.utils.crypto import get_random_string

from accounts.second_step.encryption import UnreadableSecretError, decrypt, encrypt


class SessionStore(DatabaseStore):
    """Sessions in the database: their data is encrypted, and their key is a digest of the cookie's value."""

    def __init__(self, session_key=None, *, cookie_value=None):
        super().__init__(cookie_digest(cookie_value) if cookie_value else session_key)
        self.cookie_value = cookie_value or None

    def _get_new_session_key(self):
        self.cookie_value = get_random_string(32, VALID_KEY_CHARS)
        return cookie_digest(self.cookie_value)

    async def _aget_new_session_key(self):
        return self._get_new_session_key()

    def encode(self, session_dict):
        """Encrypt the data, which holds the secret of an authenticator app during its setup."""
        return encrypt(super().encode(session_dict))

    def decode(self, session_data):
        try:
            return super().decode(decrypt(session_data))
        except UnreadableSecretError:
            return {}


class SessionMiddleware(DjangoSessionMiddleware):
    """Load the session by the cookie's value, and send that value instead of the stored key."""

    def process_request(self, request):
        request.session = SessionStore(cookie_value=request.COOKIES.get(settings.SESSION_COOKIE_NAME))

    def process_response(self, request, response):
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value:
            response.cookies[settings.SESSION_COOKIE_NAME] = request.session.cookie_value
        return response


def cookie_digest(cookie_value: str) -> str:
    """Return the key under which a session is stored: 40 hexadecimal digits."""
    return blake2b(cookie_value.encode(errors="surrogatepass"), person=b"session", digest_size=20).hexdigest()
