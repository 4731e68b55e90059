from django.contrib import admin

from workgroups.models import Participation, WorkGroup, WorkPlan


class ParticipationInline(admin.site.TabularInline):
    model = Participation
    fields = ["agency", "role", "position"]


@admin.register(WorkGroup)
class WorkGroupAdmin(admin.site.ModelAdmin):
    inlines = [ParticipationInline]
    list_display = ["title", "kind", "slug"]
    list_filter = ["kind"]
    search_fields = ["slug", "title", "mandate"]


@admin.register(Participation)
class ParticipationAdmin(admin.site.ModelAdmin):
    list_display = ["workgroup", "agency", "role"]
    list_filter = ["workgroup", "agency", "role"]
    list_select_related = ["workgroup", "agency"]
    search_fields = ["workgroup__title", "agency__acronym", "agency__name"]


@admin.register(WorkPlan)
class WorkPlanAdmin(admin.site.ModelAdmin):
    list_display = ["title", "acronym", "starts_on", "ends_on"]
    search_fields = ["slug", "title", "acronym"]
