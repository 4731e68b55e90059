"""The admin site of the editor area."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts.permissions import is_editor
from gmg_portal.editors.csrf_failure import csrf_failure, is_signed_out_form
from gmg_portal.editors.list_queries.autocomplete import StrictAutocompleteView
from gmg_portal.editors.list_queries.params import check_params
from gmg_portal.editors.list_queries.refusals import ListQueryRefused, refused_response
from register.search.full_text import search_error

SEARCH, COMPLETION = "q", "term"


class PortalAdminSite(AdminSite):
    """The admin site. Checks the portal's own permissions instead of Django's staff flag and permission rows."""

    site_header = gettext_lazy("GMG HLD follow-up portal")
    site_title = gettext_lazy("Editor area")
    index_title = gettext_lazy("Your dashboard")
    index_template = "admin/dashboard/page.html"
    empty_value_display = "–"
    enable_nav_sidebar = False

    # Set by `gmg_portal.admin` after the tables are registered.
    build_dashboard: Callable[..., object]
    pages: list[URLPattern]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.pages = []
        self.disable_action("delete_selected")

    def has_permission(self, request):
        return self.allows(request, is_editor)

    def admin_view(self, view, cacheable=False):
        protected = super().admin_view(self._with_refusals(self._with_limited_search(view)), cacheable)

        @wraps(protected)
        def wrapper(request, *args, **kwargs):
            """Show what a signed-out user typed, which a redirect to the sign-in page would lose."""
            if is_signed_out_form(request):
                return csrf_failure(request)
            return protected(request, *args, **kwargs)

        return wrapper

    def _with_refusals(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Answer a refused query parameter with an error page (400)."""

        @wraps(view)
        def wrapper(request, *args, **kwargs):
            try:
                return view(request, *args, **kwargs)
            except ListQueryRefused as refusal:
                return refused_response(request, self, refusal)

        return wrapper

    def check_params(self, request: HttpRequest, *allowed: str) -> None:
        """Refuse query parameters that are not allowed, or that are repeated, with 400."""
        check_params(request.GET, allowed)

    def _with_limited_search(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Refuse a search in a list or an autocomplete field that is longer than the register's limit."""

        @wraps(view)
        def wrapper(request, *args, **kwargs):
            for name in (SEARCH, COMPLETION):
                if problem := search_error(request.GET.get(name, "")):
                    return self._search_refused(request, name, problem)
            return view(request, *args, **kwargs)

        return wrapper

    def _search_refused(self, request: HttpRequest, name: str, problem: str) -> HttpResponse:
        if name == COMPLETION:
            return JsonResponse({"error": problem}, status=400)
        context = {
            **self.each_context(request),
            "title": _("This search is too long"),
            "problem": problem,
            "search": request.GET[name],
            "list": request.path,
            "filters": [(param, value) for param, values in request.GET.lists() if param != name for value in values],
        }
        return render(request, "admin/errors/search_refused.html", context, status=400)

    def allows(self, request, predicate: Callable[..., bool]) -> bool:
        """Return whether the permission `predicate` holds for an active user; cached for the request."""
        answers = request.__dict__.setdefault("_answers", {})
        if predicate not in answers:
            answers[predicate] = request.user.is_active and predicate(request.user)
        return answers[predicate]

    def get_urls(self):
        """Leave out Django's `view_on_site` redirect, which checks no permission."""
        return [*self.pages, *(page for page in super().get_urls() if getattr(page, "name", "") != "view_on_site")]

    def autocomplete_view(self, request):
        return StrictAutocompleteView.as_view(admin_site=self)(request)

    def index(self, request, extra_context=None):
        self.check_params(request)
        return super().index(request, {"dashboard": self.build_dashboard(request.user), **(extra_context or {})})

    def app_index(self, request, app_label, extra_context=None):
        self.check_params(request)
        return super().app_index(request, app_label, extra_context)

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """Redirect to the portal's sign-in page, or to the profile if the user may not use the editor area."""
        if request.user.is_authenticated and not self.has_permission(request):
            messages.error(request, _("Your account acts for no agency today, so the editor area is closed to it."))
            return redirect("accounts:profile")
        next_url = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('accounts:login')}?{urlencode({'next': next_url})}")

    def logout(self, request, extra_context=None):
        return LogoutView.as_view()(request)

    def password_change(self, request, extra_context=None):
        return redirect("accounts:password")
