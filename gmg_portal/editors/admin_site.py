"""The editors' side: one admin site, open to whoever has work on it, that hands its base classes to the apps.

The apps stand below the project and import nothing from it. Their `admin.py` takes what all tables share from the
site itself: `class AgencyAdmin(admin.site.ModelAdmin)`.
"""

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

from agencies.permissions import is_editor
from commitments.search import search_problem
from gmg_portal.editors import list_queries, model_admin
from gmg_portal.website.csrf_failure import csrf_failure, is_signed_out_form

SEARCH, COMPLETION = "q", "term"


class PortalAdminSite(AdminSite):
    """Asks the portal's own permissions, never Django's staff flag or permission rows."""

    site_header = gettext_lazy("GMG HLD follow-up portal")
    site_title = gettext_lazy("Editors’ side")
    index_title = gettext_lazy("Your desk")
    index_template = "admin/dashboard.html"
    empty_value_display = "–"
    enable_nav_sidebar = False

    ModelAdmin = model_admin.PortalModelAdmin
    HistoryAdmin = model_admin.HistoryAdmin
    ReadingAdmin = model_admin.ReadingAdmin
    StrictListMixin = list_queries.StrictListMixin
    ViewOnlyAdmin = model_admin.ViewOnlyAdmin
    StackedInline = model_admin.PortalStackedInline
    TabularInline = model_admin.PortalTabularInline
    Form = model_admin.VersionedForm
    story_since_export = staticmethod(model_admin.story_since_export)

    # What stands above the tables, handed in by `gmg_portal.admin` once these are registered.
    desk_of: Callable[..., object]
    pages: list[URLPattern]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.pages = []
        self.disable_action("delete_selected")

    def has_permission(self, request):
        return self.ask(request, is_editor)

    def admin_view(self, view, cacheable=False):
        protected = super().admin_view(self._with_refusals(self._with_limited_search(view)), cacheable)

        @wraps(protected)
        def answered(request, *args, **kwargs):
            """Keep what was typed on a page, where the way to the sign-in page would lose it."""
            if is_signed_out_form(request):
                return csrf_failure(request)
            return protected(request, *args, **kwargs)

        return answered

    def _with_refusals(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Answer a parameter that a page refuses by a page that says so."""

        @wraps(view)
        def answered(request, *args, **kwargs):
            try:
                return view(request, *args, **kwargs)
            except list_queries.ListQueryRefused as refusal:
                return list_queries.refused_response(request, self, refusal)

        return answered

    def check_params(self, request: HttpRequest, *allowed: str) -> None:
        """Let a page take these parameters, each once, and refuse every other with 400."""
        list_queries.check_params(request.GET, allowed)

    def _with_limited_search(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Refuse a search of a list, or of the rows of a choice, that is longer than one of the register may be."""

        @wraps(view)
        def limited(request, *args, **kwargs):
            for name in (SEARCH, COMPLETION):
                if problem := search_problem(request.GET.get(name, "")):
                    return self._search_refused(request, name, problem)
            return view(request, *args, **kwargs)

        return limited

    def _search_refused(self, request: HttpRequest, name: str, problem: str) -> HttpResponse:
        if name == COMPLETION:
            return JsonResponse({"error": problem}, status=400)
        context = {
            **self.each_context(request),
            "title": _("This search is too long"),
            "problem": problem,
            "search": request.GET[name],
            "list": request.path,
            "filters": [(word, value) for word, values in request.GET.lists() if word != name for value in values],
        }
        return render(request, "admin/search_refused.html", context, status=400)

    def ask(self, request, predicate: Callable[..., bool]) -> bool:
        """The answer of a permission for the person who asks; worked out once a request."""
        answers = request.__dict__.setdefault("_answers", {})
        if predicate not in answers:
            answers[predicate] = request.user.is_active and predicate(request.user)
        return answers[predicate]

    def get_urls(self):
        """Without Django's way from any key to the row's page, which asks nobody's permission."""
        return [*self.pages, *(page for page in super().get_urls() if getattr(page, "name", "") != "view_on_site")]

    def autocomplete_view(self, request):
        return list_queries.StrictAutocompleteView.as_view(admin_site=self)(request)

    def index(self, request, extra_context=None):
        self.check_params(request)
        return super().index(request, {"desk": self.desk_of(request.user), **(extra_context or {})})

    def app_index(self, request, app_label, extra_context=None):
        self.check_params(request)
        return super().app_index(request, app_label, extra_context)

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """Signing in has one page; whoever is signed in already and has no work here is told so."""
        if request.user.is_authenticated and not self.has_permission(request):
            messages.error(request, _("Your account acts for no agency today, so the editors’ side is closed to it."))
            return redirect("accounts:profile")
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('accounts:login')}?{urlencode({'next': wanted})}")

    def logout(self, request, extra_context=None):
        return LogoutView.as_view()(request)

    def password_change(self, request, extra_context=None):
        return redirect("accounts:password")
