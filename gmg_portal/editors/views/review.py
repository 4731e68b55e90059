"""The review page: the published and the submitted values side by side, with buttons to publish or send back."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from gmg_portal.editors.extra_views import ExtraView, RowView
from gmg_portal.editors.forms.decisions import DecisionForm
from gmg_portal.editors.review import comparison
from gmg_portal.editors.review.remarks import remarks
from gmg_portal.editors.views.workflow_actions.definitions import PUBLISH, SEND_BACK
from gmg_portal.editors.views.workflow_actions.pages import action_page
from gmg_portal.editors.views.workflow_actions.refusals import refusal_reason
from reporting.models import Evidence, ProgressReport


class ReviewView(RowView):
    """The review page of a submitted row, for reviewers; those who may not decide see why."""

    def get(self, request):
        return self.respond(DecisionForm(None, initial={"seen": self.page.row.version}))

    def post(self, request):
        return self.respond(DecisionForm(request.POST or None, initial={"seen": self.page.row.version}))

    def respond(self, form: DecisionForm):
        """Show the page, or take the decision that was sent."""
        rows, row, user = self.page.model.objects, self.page.row, self.page.user
        if not rows.waiting_for(user).filter(pk=row.pk).exists():
            return action_page(self.page, PUBLISH, refusal=refusal_reason(PUBLISH, row, user), status=403)
        is_decidable = rows.reviewable_by(user).filter(pk=row.pk).exists()
        is_decision = self.request.method == "POST"
        if is_decision and is_decidable and form.is_valid() and self.decide(form):
            return redirect("admin:index")
        return self.render(form, is_decidable, status=403 if is_decision and not is_decidable else 200)

    def decide(self, form: DecisionForm) -> bool:
        """Publish or send back and return whether it was done; add errors to the form."""
        action, row = SEND_BACK if form.sends_back else PUBLISH, self.page.row
        try:
            result = action.run(row, by=self.page.user, seen=form.cleaned_data["seen"], text=form.cleaned_data["note"])
        except PermissionDenied as denial:
            form.add_error(None, str(denial))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            self.page.show_message(action.success_message(row, result))
            return True
        return False

    def render(self, form: DecisionForm, is_decidable: bool, status: int):
        row, is_report = self.page.row, isinstance(self.page.row, ProgressReport)
        context = self.page.page_context(
            _("Review: %(row)s") % {"row": row},
            form=form,
            refusal="" if is_decidable else refusal_reason(PUBLISH, row, self.page.user),
            remarks=remarks(row),
            again=comparison.compare_with_sent_back(row),
            beside=comparison.compare_with_published(row) or comparison.show_submitted(row),
            evidence=row.evidence.visible_to(self.page.user).order_by("pk") if is_report else Evidence.objects.none(),
            is_report=is_report,
            assessment=getattr(row, "assessment", None),
            commitment=self.page.commitment,
        )
        return TemplateResponse(self.request, "admin/workflow/review.html", context, status=status)


REVIEW = ExtraView("<path:object_id>/review/", "review", ReviewView)
