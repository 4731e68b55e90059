"""The form by which readers report a mistake or ask for an addition."""

from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, TemplateView
from rest_framework.authentication import CSRFCheck

from accounts.forms import idempotent
from commitments.models import Commitment
from foundation.http.public_pages import PublicPage
from foundation.text.unknown_words import unknown_value
from register.views.forms import CorrectionForm
from reporting.actions import corrections


class CommitmentRelatedPage(PublicPage):
    """A page about a commitment that has a public page; not for search engines."""

    in_sitemap = False

    def dispatch(self, request, *args, **kwargs):
        rows = Commitment.objects.public().select_related("lead_agency", "workgroup").defer("search")
        self.commitment = get_object_or_404(rows, reference=kwargs["reference"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(commitment=self.commitment, **kwargs)


# What a commitment may lack, by the value of the parameter `lack`, and the initial text of a request to add it.
LACKS = {
    "deadline": _("No deadline is stated. Please add (the day, and where it is written):"),
    "milestones": _("No milestone is stated. Please add (what, by when, and where it is written):"),
}


@method_decorator([never_cache, csrf_exempt], name="dispatch")
class CorrectionView(CommitmentRelatedPage, FormView):
    """The form by which readers report a mistake on a page without an account, to the reviewers alone."""

    template_name = "commitments/correction_form.html"
    form_class = CorrectionForm
    accepted_params = frozenset({"as_of", "lack"})

    def get(self, request, *args, **kwargs):
        lack = self.query.values.get("lack", "")
        if lack and lack not in LACKS:
            problem = f"lack: {unknown_value(lack, LACKS)}"
            return render(request, "errors/invalid_query.html", {"problem": problem}, status=400)
        return super().get(request, *args, **kwargs)

    @property
    def initial_text(self):
        """Return the initial text of a request for an addition; None if a mistake is reported."""
        return LACKS.get(self.query.values.get("lack"))

    def get_context_data(self, **kwargs):
        """Add the key of this form, which stays the same when the form is shown again with errors."""
        key = self.request.POST.get(idempotent.KEY_FIELD) or idempotent.new_key()
        return super().get_context_data(**kwargs) | {"submission_key": key}

    def get_initial(self):
        """Return the initial text of a request for an addition, and the mail address of a signed-in user."""
        return {
            "text": f"{self.initial_text}\n" if self.initial_text else "",
            "address": getattr(self.request.user, "email", ""),
        }

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if self.initial_text:
            form.fields["text"].label, form.fields["text"].help_text = _("What is to be added?"), ""
        return form

    def post(self, request, *args, **kwargs):
        """Show the form again if its CSRF token is missing, since the reader may only lack a cookie."""
        check = CSRFCheck(lambda request: None)
        check.process_request(request)
        if check.process_view(request, None, (), {}) is None:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        form.add_error(None, _("This could not be seen to come from this page. Allow its cookie, and send it again."))
        return self.render_to_response(self.get_context_data(form=form), status=403)

    def form_valid(self, form):
        try:
            self.report_once(form)
        except corrections.TooManyReports as error:
            form.add_error(None, str(error))
            context = self.get_context_data(form=form)
            return self.render_to_response(context, status=429, headers={"Retry-After": str(error.wait)})
        return redirect("commitments:mistake-thanks", self.commitment.reference)

    @transaction.atomic
    def report_once(self, form):
        """Store the report once, even if the form is sent twice; another text from the same form is another report."""
        fields = {name: [form.cleaned_data[name]] for name in ("text", "address")}
        form_name = f"mistake {self.commitment.reference}"
        key = self.request.POST.get(idempotent.KEY_FIELD, "")
        submission = idempotent.lock_submission(key, form=form_name, fields=fields, user=self.request.user)
        if submission is not None and submission.row is not None and idempotent.has_same_fields(submission, fields):
            return
        mistake = corrections.report(
            self.commitment,
            text=form.cleaned_data["text"],
            address=form.cleaned_data["address"],
            sender=corrections.hash_sender(self.request),
            by=self.request.user,
        )
        if submission is not None:
            submission.digest = idempotent.fields_digest(fields)
        idempotent.record_result(submission, mistake)


class MistakeThanksView(CommitmentRelatedPage, TemplateView):
    """The page after a correction was sent."""

    template_name = "commitments/correction_thanks.html"
