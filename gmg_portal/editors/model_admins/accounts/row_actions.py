"""Buttons above a row's page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse


class RowActionsMixin:
    """Mixin for buttons above a row's page, each of which runs one action.

    `row_actions` maps the name in the address to a method with the arguments (request, row), which returns the success
    message. `get_buttons(request, row)` returns the labels, by name, of the actions that the person may run now.
    """

    row_actions: dict[str, str] = {}

    def get_urls(self):
        view = self.admin_site.admin_view(self.run_row_action)
        name = f"{self.opts.app_label}_{self.opts.model_name}_press"
        return [path("<int:pk>/press/<slug:button>/", view, name=name), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        buttons = self.get_buttons(request, row) if row else {}
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}_press"
        links = [{"label": label, "url": reverse(address, args=[row.pk, name])} for name, label in buttons.items()]
        return super().change_view(request, object_id, form_url, {"buttons": links, **(extra_context or {})})

    def run_row_action(self, request, pk, button):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row) or button not in self.get_buttons(request, row):
            raise PermissionDenied
        try:
            messages.success(request, getattr(self, self.row_actions[button])(request, row))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)
