"""Edit the agenda's reference data in the editor area."""

from django.contrib import admin

from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement
from gmg_portal.editors.admin_base.portal_admin import PortalModelAdmin


@admin.register(AgendaPoint)
class AgendaPointAdmin(PortalModelAdmin):
    """Edit the eight points. The number is permanent, because addresses contain it."""

    list_display = ["number", "title"]
    list_display_links = ["title"]
    search_fields = ["number", "title"]


@admin.register(Framework)
class FrameworkAdmin(PortalModelAdmin):
    """Edit the columns of the convergence table. One of them is its base: the agenda itself."""

    list_display = ["title", "code", "symbol", "adopted_on", "is_base"]
    list_filter = ["is_base"]
    search_fields = ["code", "title", "symbol"]


@admin.register(Alignment)
class AlignmentAdmin(PortalModelAdmin):
    """Edit the cells of the convergence table. The list joins point and framework to take one query."""

    list_display = ["point", "framework", "strength", "paragraph"]
    list_filter = ["strength", "framework", "point"]
    list_select_related = ["point", "framework"]
    search_fields = ["framework__title", "point__title", "quote", "paragraph"]


@admin.register(Statement)
class StatementAdmin(PortalModelAdmin):
    """Edit the verbatim lines of the presentation of February 2014."""

    list_display = ["section", "position", "text"]
    list_display_links = ["text"]
    list_filter = ["section"]
    search_fields = ["text"]


@admin.register(Event)
class EventAdmin(PortalModelAdmin):
    """Edit the entries of the timeline. The slug is the anchor of an entry's address."""

    list_display = ["title", "starts_on", "ends_on", "place"]
    search_fields = ["slug", "title", "place"]
    date_hierarchy = "starts_on"
