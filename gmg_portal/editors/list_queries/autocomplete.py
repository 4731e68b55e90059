"""The options of autocomplete fields."""

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse

from gmg_portal.editors.list_queries.lookups import is_text
from gmg_portal.editors.list_queries.refusals import null_character_problem


class StrictAutocompleteView(AutocompleteJsonView):
    """The options of autocomplete fields, for users who may fill in the form with that field."""

    def get(self, request, *args, **kwargs):
        if not is_text(request.GET.get("term", "")):
            return JsonResponse({"error": null_character_problem()}, status=400)
        return super().get(request, *args, **kwargs)

    def process_request(self, request):
        term, model_admin, source_field, to_field_name = super().process_request(request)
        form = self.admin_site._registry.get(source_field.model)
        if form is None or source_field.name not in form.get_autocomplete_fields(request):
            raise PermissionDenied
        if not (form.has_add_permission(request) or form.has_change_permission(request)):
            raise PermissionDenied
        return term, model_admin, source_field, to_field_name
