"""Edit recommendations in the editor area."""

from django import forms
from django.contrib import admin

from gmg_portal.editors.admin_base.portal_admin import PortalModelAdmin
from recommendations.models import Recommendation


@admin.register(Recommendation)
class RecommendationAdmin(PortalModelAdmin):
    """Edit recommendations and their parts. The related points are check boxes, as there are only eight."""

    list_display = ["code", "level", "text", "parent"]
    list_filter = ["level", "agenda_points"]
    list_select_related = ["parent"]
    search_fields = ["code", "text"]
    fields = ["code", "level", "text", "parent", "agenda_points", "position"]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "agenda_points":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)
