from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import DetailView, FormView, ListView, TemplateView, View
from rest_framework.authentication import CSRFCheck

from accounts import idempotent_forms
from commitments.models import Commitment, Status
from foundation.clock import today
from foundation.rest.sparse_fields import UnknownField, field_tree, select_fields, selected_paths, values_at
from foundation.text.unknown_words import unknown_field, unknown_value
from register.citations import Citation
from register.facets import count_facets
from register.filters import CommitmentFilter, form_error_messages
from register.history import commitment_history
from register.query import PAGINATION_PARAMS, SIZES, VIEWS, PageForm, RegisterQuery
from register.querysets import register_commitments
from register.related import predecessors_of, related_commitments, with_other_commitments_count
from register.report_comparison import compare_assessments, diff_reports
from register.serializers import CommitmentRowSerializer
from reporting.actions import corrections
from reporting.evidence.serving import evidence_download_response
from reporting.forms.correction import CorrectionForm
from reporting.models import Evidence, ProgressReport


class RegisterView(ListView):
    """The register: full-text search, facets with counts, sorting. The address contains the whole query."""

    template_name = "commitments/list.html"
    context_object_name = "commitments"
    paginate_by = SIZES[0]

    def get(self, request, *args, **kwargs):
        self.pages = PageForm(request.GET)
        self.filterset = CommitmentFilter(request.GET, extra_params=PAGINATION_PARAMS)
        tree, unknown = select_fields(request.GET.getlist("fields"), field_tree(CommitmentRowSerializer()))
        self.columns = list(selected_paths(tree))
        if self.filterset.is_valid() and self.pages.is_valid() and not unknown:
            self.register_query = RegisterQuery(self.filterset.data, self.filterset)
            self.facet_counts = count_facets(self.filterset)
            return super().get(request, *args, **kwargs)
        self.object_list = register_commitments().none()
        problems = [
            *form_error_messages(self.filterset.form),
            *form_error_messages(self.pages),
            *map(unknown_field_message, unknown),
        ]
        return self.render_to_response(
            {"problems": problems, "search": request.GET.get("q", ""), "as_of_honoured": True}, status=400
        )

    def get_queryset(self):
        rows = self.filterset.qs.select_related("lead_agency", "workgroup").prefetch_related("agenda_points")
        if self.columns:
            rows = rows.with_latest_report(self.filterset.day).select_related("work_plan")
            return rows.prefetch_related("partner_agencies", "recommendations", "stakeholders")
        text = self.filterset.active_params.get("q")
        return (rows.with_highlights(text, self.filterset.day) if text else rows).defer("search")

    def get_paginate_by(self, queryset):
        return self.pages.cleaned_data.get("page_size") or self.paginate_by

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        paginator.count = self.facet_counts.count
        return paginator

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            filterset=self.filterset,
            facet_counts=self.facet_counts,
            register_query=self.register_query,
            columns=self.columns,
            view=self.pages.cleaned_data["view"],
            views=VIEWS,
            usual_size=self.paginate_by,
            sizes=sorted({*SIZES, self.get_paginate_by(None)}),
            as_of_honoured=True,
            **kwargs,
        )
        page = context["page_obj"]
        context["pages"] = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
        if not self.facet_counts.count:
            context["spellings"] = self.register_query.spellings()
            context["relaxed_queries"] = self.register_query.relaxed_queries(self.facet_counts.without)
        if self.columns:
            context["table"] = self._table(context["commitments"])
        return context

    def _table(self, commitments) -> list[list]:
        """Return the rows as pairs of address and text for each field in `fields`, by the names of the API."""
        rows = CommitmentRowSerializer(commitments, many=True, context={"request": self.request}).data
        return [[(row["url"], as_text(values_at(name, row))) for name in self.columns] for row in rows]


def unknown_field_message(field: UnknownField) -> str:
    return f"fields: {unknown_field(field.name, field.allowed)}"


def as_text(value) -> str:
    """Return a value of the API as the text of a table cell: objects by code or name, lists separated by semicolons."""
    if isinstance(value, list):
        return "; ".join(as_text(part) for part in value)
    if isinstance(value, dict):
        return str(value.get("code") or value.get("slug") or value.get("name") or value["title"])
    return "–" if value in (None, "") else str(value)


class CommitmentView(DetailView):
    """The page of a commitment with its history; withdrawn ones keep their page."""

    query_params = frozenset({"as_of"})

    template_name = "commitments/detail.html"
    slug_field = slug_url_kwarg = "reference"
    context_object_name = "commitment"

    def get_queryset(self):
        day = self.request.as_of
        return (
            register_commitments()
            .public(day)
            .with_standing(day)
            .select_related("lead_agency", "workgroup", "work_plan", "reviewing_agency")
            .prefetch_related(
                "partners__agency",
                "stakeholders",
                "agenda_points",
                Prefetch("recommendations", with_other_commitments_count(self.kwargs["reference"], day)),
                "milestones",
                "withdrawals",
            )
            .defer("search")
        )

    def get_context_data(self, **kwargs):
        day, commitment = self.request.as_of, self.object
        reports = self._reports()
        successor = reports[0].superseded_by if reports and reports[0].status == Status.SUPERSEDED else None
        predecessors = predecessors_of(commitment, day)
        citation = Citation.of(commitment, self.request.build_absolute_uri(commitment.get_absolute_url()), day)
        status_changes = commitment.status_changes.published(day).newest_first().select_related("report")
        return super().get_context_data(
            report_diffs=diff_reports(reports),
            compared_assessments=compare_assessments(self._assessments(), reports),
            history=commitment_history(commitment, status_changes, day),
            successor=successor,
            successor_withdrawal=successor.withdrawal_on(day) if successor else None,
            predecessors=predecessors,
            related=related_commitments(commitment, successor, predecessors, day),
            citation=citation,
            withdrawal=commitment.withdrawal_on(day),
            today=day or today(),
            as_of_honoured=True,
            **kwargs,
        )

    def _reports(self) -> list[ProgressReport]:
        evidence = Prefetch("evidence", Evidence.objects.public(), to_attr="public_evidence")
        reports = self.object.reports.published(self.request.as_of).newest_first()
        return list(
            reports.select_related("commitment", "on_behalf_of", "cycle", "superseded_by", "reviewing_agency")
            .defer("commitment__search", "superseded_by__search")
            .prefetch_related(evidence, "contributions__agency")
        )

    def _assessments(self):
        day = self.request.as_of
        rows = self.object.assessments.published(day).select_related("agency", "workgroup", "reviewing_agency")
        return rows.with_answers(day)


class CitationView(View):
    """The citation as a file for reference managers."""

    query_params = frozenset({"as_of"})

    def get(self, request, reference, form):
        rows = Commitment.objects.public(request.as_of).select_related("lead_agency", "workgroup").defer("search")
        commitment = get_object_or_404(rows, reference=reference)
        address = request.build_absolute_uri(commitment.get_absolute_url())
        citation = Citation.of(commitment, address, request.as_of)
        text, media_type = {
            "bib": (citation.bibtex, "application/x-bibtex"),
            "ris": (citation.ris, "application/x-research-info-systems"),
        }[form]
        response = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{commitment.reference}.{form}"'
        return response


class EvidenceFileView(View):
    """The download of a public evidence file of a published report."""

    query_params = frozenset({"as_of"})

    def get(self, request, reference, name):
        reports = Commitment.objects.public().filter(reference=reference).values("reports")
        evidence = get_object_or_404(
            Evidence.objects.public()
            .filter(report__state="published", report__in=reports)
            .select_related("report__commitment"),
            file__startswith=f"evidence/{name}",
        )
        return evidence_download_response(request, evidence)


class CommitmentRelatedMixin:
    """A page about a commitment that has a public page."""

    def dispatch(self, request, *args, **kwargs):
        rows = Commitment.objects.public().select_related("lead_agency", "workgroup").defer("search")
        self.commitment = get_object_or_404(rows, reference=kwargs["reference"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(commitment=self.commitment, **kwargs)


# What a commitment may lack, by the value of the parameter `lack`, and the initial text of a request to add it.
LACKS = {
    "due": _("No due day is stated. Please add (the day, and where it is written):"),
    "milestones": _("No milestone is stated. Please add (what, by when, and where it is written):"),
}


@method_decorator([never_cache, csrf_exempt], name="dispatch")
class CorrectionView(CommitmentRelatedMixin, FormView):
    """The form by which readers report a mistake on a page without an account, to the reviewers alone."""

    template_name = "commitments/correction_form.html"
    form_class = CorrectionForm
    query_params = frozenset({"as_of", "lack"})

    def get(self, request, *args, **kwargs):
        lack = request.GET.get("lack", "")
        if lack and lack not in LACKS:
            problem = f"lack: {unknown_value(lack, LACKS)}"
            return render(request, "400.html", {"problem": problem}, status=400)
        return super().get(request, *args, **kwargs)

    @property
    def initial_text(self):
        """Return the initial text of a request for an addition; None if a mistake is reported."""
        return LACKS.get(self.request.GET.get("lack"))

    def get_context_data(self, **kwargs):
        """Add the key of this form, which stays the same when the form is shown again with errors."""
        key = self.request.POST.get(idempotent_forms.KEY_FIELD) or idempotent_forms.new_key()
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
        key = self.request.POST.get(idempotent_forms.KEY_FIELD, "")
        submission = idempotent_forms.lock_submission(key, form=form_name, fields=fields, user=self.request.user)
        if (
            submission is not None
            and submission.row is not None
            and idempotent_forms.has_same_fields(submission, fields)
        ):
            return
        mistake = corrections.report(
            self.commitment,
            text=form.cleaned_data["text"],
            address=form.cleaned_data["address"],
            sender=corrections.hash_sender(self.request),
            by=self.request.user,
        )
        if submission is not None:
            submission.digest = idempotent_forms.fields_digest(fields)
        idempotent_forms.record_result(submission, mistake)


class MistakeThanksView(CommitmentRelatedMixin, TemplateView):
    template_name = "commitments/correction_thanks.html"
