from django.contrib import admin

from agenda.models import AgendaPoint, Alignment, Event, Framework, Statement


@admin.register(AgendaPoint)
class AgendaPointAdmin(admin.site.ModelAdmin):
    list_display = ["number", "title"]
    list_display_links = ["title"]
    search_fields = ["number", "title"]


@admin.register(Framework)
class FrameworkAdmin(admin.site.ModelAdmin):
    list_display = ["title", "code", "symbol", "adopted_on", "is_base"]
    list_filter = ["is_base"]
    search_fields = ["code", "title", "symbol"]


@admin.register(Alignment)
class AlignmentAdmin(admin.site.ModelAdmin):
    list_display = ["point", "framework", "strength", "paragraph"]
    list_filter = ["strength", "framework", "point"]
    list_select_related = ["point", "framework"]
    search_fields = ["framework__title", "point__title", "quote", "paragraph"]


@admin.register(Statement)
class StatementAdmin(admin.site.ModelAdmin):
    list_display = ["section", "position", "text"]
    list_display_links = ["text"]
    list_filter = ["section"]
    search_fields = ["text"]


@admin.register(Event)
class EventAdmin(admin.site.ModelAdmin):
    list_display = ["title", "starts_on", "ends_on", "place"]
    search_fields = ["slug", "title", "place"]
    date_hierarchy = "starts_on"
