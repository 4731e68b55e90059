from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "gmg_portal.editors.admin_site.PortalAdminSite"
