"""Register the admin with the portal's own site."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Make `admin.site` the portal's site, with which `admin.register` registers tables."""

    default_site = "gmg_portal.editors.admin_site.PortalAdminSite"
