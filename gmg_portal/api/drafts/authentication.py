"""Authentication by token: a request acts as the person who made the token, within the token's agency."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from accounts.models import AccessToken
from accounts.permissions import limited_to_agency, token_allows

SCHEMES = ("bearer", "api-key")


class TokenAuthentication(BaseAuthentication):
    """A token in the header `Authorization` only: addresses are logged."""

    def authenticate(self, request):
        scheme, _space, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() not in SCHEMES:
            return None
        try:
            token = AccessToken.objects.get_from_key(secret.strip())
        except AccessToken.DoesNotExist:
            raise AuthenticationFailed(
                _(
                    "Invalid token: it is unknown, expired or revoked, or its maker no longer acts for the agency."
                    " A focal point of the agency can make a new one."
                )
            ) from None
        AccessToken.objects.filter(pk=token.pk).record_use(timezone.now())
        request._request.access_token = token
        return limited_to_agency(token.made_by, token.agency), token

    def authenticate_header(self, request):
        return 'Bearer realm="drafts"'


class TokenScopePermission(BasePermission):
    """Allow a request whose token has the scope that the view names for its method."""

    def has_permission(self, request, view):
        if request.auth is None:
            return False
        scope = view.scopes.get(request.method, AccessToken.Scope.READ)
        names = {"scope": AccessToken.Scope(scope).label, "given": request.auth.get_scope_display()}
        self.message = _("This token may only ‘%(given)s’; what you ask for needs ‘%(scope)s’.") % names
        return token_allows(request.auth, scope)


class TokenScheme(OpenApiAuthenticationExtension):
    """Describe the token as a bearer token (RFC 6750) in the OpenAPI description."""

    target_class = "gmg_portal.api.drafts.authentication.TokenAuthentication"
    name = "AgencyToken"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "gmghld_<8 signs>.<40 signs>",
            "description": str(
                _(
                    "A token that a focal point makes for their agency’s own system, in the editor area under"
                    " ‘Access tokens’."
                )
            ),
        }
