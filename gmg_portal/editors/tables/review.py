"""The review page: the published and the submitted values side by side, with buttons to publish or send back."""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gmg_portal.editors.tables.workflow_actions import PUBLISH, SEND_BACK, refusal_reason
from reporting import review
from reporting.forms.decisions import DecisionForm
from reporting.models import Evidence, ProgressReport


class ReviewMixin:
    """Adds a review page to each row of a table of the workflow."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.review_view)
        return [path("<path:object_id>/review/", view, name=self._review_name), *super().get_urls()]

    @property
    def _review_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_review"

    def review_address(self, obj) -> str:
        return reverse(f"admin:{self._review_name}", args=[obj.pk])

    def review_view(self, request, object_id):
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.model.objects.waiting_for(request.user).filter(pk=obj.pk).exists():
            return self.render_action(
                request, PUBLISH, obj, refusal=refusal_reason(PUBLISH, obj, request.user), status=403
            )
        decidable = self.model.objects.reviewable_by(request.user).filter(pk=obj.pk).exists()
        form = DecisionForm(request.POST or None, initial={"seen": obj.version})
        if request.method == "POST" and not decidable:
            return self.render_review(request, obj, form, decidable, status=403)
        if request.method == "POST" and form.is_valid() and self.decide(request, obj, form):
            return redirect("admin:index")
        return self.render_review(request, obj, form, decidable)

    def decide(self, request, obj, form: DecisionForm) -> bool:
        """Publish or send back and return whether it was done; add errors to the form."""
        action = SEND_BACK if form.sends_back else PUBLISH
        try:
            result = action.run(obj, by=request.user, seen=form.cleaned_data["seen"], text=form.cleaned_data["note"])
        except PermissionDenied as denial:
            form.add_error(None, str(denial))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            self.message_user(request, action.success_message(obj, result))
            return True
        return False

    def render_review(self, request, obj, form: DecisionForm, decidable: bool, status: int = 200):
        evidence = Evidence.objects.none()
        if isinstance(obj, ProgressReport):
            evidence = obj.evidence.visible_to(request.user).order_by("pk")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": _("Review: %(row)s") % {"row": obj},
            "form": form,
            "refusal": "" if decidable else refusal_reason(PUBLISH, obj, request.user),
            "remarks": review.remarks(obj),
            "again": review.compare_with_sent_back(obj),
            "beside": review.compare_with_published(obj) or review.show_submitted(obj),
            "evidence": evidence,
            "is_report": isinstance(obj, ProgressReport),
            "judgement": getattr(obj, "assessment", None),
            "commitment": getattr(obj, "commitment", obj),
        }
        return TemplateResponse(request, "admin/workflow/review.html", context, status=status)
