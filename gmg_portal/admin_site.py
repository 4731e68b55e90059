from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _



class PortalAdminSite(AdminSite):
    """The editors' side: open to whoever has work on it, whatever the account's staff flag says."""

    site_header = _("GMG HLD follow-up portal")
    site_title = _("Editors")
    index_title = _("Register")

    def has_permission(self, request):
        from agencies.permissions import is_editor

        return request.user.is_active and request.user.is_authenticated and is_editor(request.user)


class PortalAdminConfig(AdminConfig):
    default_site = "gmg_portal.admin_site.PortalAdminSite"
