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

from agencies import idempotent_forms
from commitments import corrections
from commitments.citations import Citation
from commitments.evidence.serving import hand_out
from commitments.facets import tally
from commitments.filters import CommitmentFilter, refusals
from commitments.forms import MistakeForm
from commitments.history import chronicle
from commitments.models import Commitment, Evidence, ProgressReport, Status
from commitments.register import PAGINATION_PARAMS, SIZES, VIEWS, PageForm, Question
from commitments.related import formers_of, related, with_others
from commitments.report_comparison import judgements, tellings
from commitments.serializers import CommitmentRowSerializer
from foundation.clock import today
from foundation.rest.sparse_fields import UnknownField, chosen, offered, paths, values_at
from foundation.text.closest_match import suggestion


class RegisterView(ListView):
    """The register: full-text search, facets with counts, sort. The address holds the whole question."""

    template_name = "commitments/list.html"
    context_object_name = "commitments"
    paginate_by = SIZES[0]

    def get(self, request, *args, **kwargs):
        self.pages = PageForm(request.GET)
        self.filterset = CommitmentFilter(request.GET, queryset=Commitment.objects.all(), beside=PAGINATION_PARAMS)
        tree, unknown = chosen(request.GET.getlist("fields"), offered(CommitmentRowSerializer()))
        self.columns = list(paths(tree))
        if self.filterset.is_valid() and self.pages.is_valid() and not unknown:
            self.question = Question(self.filterset.data, self.filterset)
            self.tally = tally(self.filterset)
            return super().get(request, *args, **kwargs)
        self.object_list = Commitment.objects.none()
        problems = [*refusals(self.filterset.form), *refusals(self.pages), *map(refused, unknown)]
        return self.render_to_response(
            {"problems": problems, "search": request.GET.get("q", ""), "as_of_honoured": True}, status=400
        )

    def get_queryset(self):
        rows = self.filterset.qs.select_related("lead_agency", "workgroup").prefetch_related("agenda_points")
        if self.columns:
            rows = rows.with_last_word(self.filterset.day).select_related("work_plan")
            return rows.prefetch_related("partner_agencies", "recommendations", "stakeholders")
        searched = self.filterset.asked.get("q")
        return (rows.with_hits(searched, self.filterset.day) if searched else rows).defer("search")

    def get_paginate_by(self, queryset):
        return self.pages.cleaned_data.get("page_size") or self.paginate_by

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        paginator.count = self.tally.count
        return paginator

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            filterset=self.filterset,
            tally=self.tally,
            question=self.question,
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
        if not self.tally.count:
            context["spellings"] = self.question.spellings()
            context["ways_out"] = self.question.ways_out(self.tally.without)
        if self.columns:
            context["table"] = self._table(context["commitments"])
        return context

    def _table(self, commitments) -> list[list]:
        """The rows as `fields` asks for them, under the API's names."""
        rows = CommitmentRowSerializer(commitments, many=True, context={"request": self.request}).data
        return [[(row["url"], in_words(values_at(name, row))) for name in self.columns] for row in rows]


def refused(field: UnknownField) -> str:
    words = {"name": field.name, "near": suggestion(field.name, field.allowed), "allowed": ", ".join(field.allowed)}
    return _("fields: ‘%(name)s’ is not a field here.%(near)s Allowed: %(allowed)s.") % words


def in_words(value) -> str:
    """A field of the API as a cell of a table: things by their code or name, several parted by semicolons."""
    if isinstance(value, list):
        return "; ".join(in_words(part) for part in value)
    if isinstance(value, dict):
        return str(value.get("code") or value.get("slug") or value.get("name") or value["title"])
    return "–" if value in (None, "") else str(value)


class CommitmentView(DetailView):
    """One commitment with its whole history; a withdrawn one stays and says so."""

    words = frozenset({"as_of"})

    template_name = "commitments/detail.html"
    slug_field = slug_url_kwarg = "reference"
    context_object_name = "commitment"

    def get_queryset(self):
        day = self.request.as_of
        return (
            Commitment.objects.public(day)
            .with_standing(day)
            .select_related("lead_agency", "workgroup", "work_plan", "reviewing_agency")
            .prefetch_related(
                "partners__agency",
                "stakeholders",
                "agenda_points",
                Prefetch("recommendations", with_others(self.kwargs["reference"], day)),
                "milestones",
                "withdrawals",
            )
            .defer("search")
        )

    def get_context_data(self, **kwargs):
        day, commitment = self.request.as_of, self.object
        reports = self._reports()
        successor = reports[0].superseded_by if reports and reports[0].status == Status.SUPERSEDED else None
        formers = formers_of(commitment, day)
        citation = Citation.of(commitment, self.request.build_absolute_uri(commitment.get_absolute_url()), day)
        status_changes = commitment.status_changes.published(day).newest_first().select_related("report")
        return super().get_context_data(
            tellings=tellings(reports),
            judgements=judgements(self._assessments(), reports),
            chronicle=chronicle(commitment, status_changes, day),
            successor=successor,
            successor_withdrawal=successor.withdrawal_on(day) if successor else None,
            formers=formers,
            related=related(commitment, successor, formers, day),
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
    """The citation as a file that reference managers take in."""

    words = frozenset({"as_of"})

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
    """A file behind a published report: handed over to be kept, never shown or run in the site's own name."""

    words = frozenset({"as_of"})

    def get(self, request, reference, name):
        reports = Commitment.objects.public().filter(reference=reference).values("reports")
        evidence = get_object_or_404(
            Evidence.objects.public()
            .filter(report__state="published", report__in=reports)
            .select_related("report__commitment"),
            file__startswith=f"evidence/{name}",
        )
        return hand_out(request, evidence)


class OfCommitmentMixin:
    """A page beside a commitment's own: where that one is, this is."""

    def dispatch(self, request, *args, **kwargs):
        rows = Commitment.objects.public().select_related("lead_agency", "workgroup").defer("search")
        self.commitment = get_object_or_404(rows, reference=kwargs["reference"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(commitment=self.commitment, **kwargs)


# What the editors' desks find wanting in a published commitment, and how asking for it begins.
LACKS = {
    "due": _("No due day is stated. Please add (the day, and where it is written):"),
    "milestones": _("No milestone is stated. Please add (what, by when, and where it is written):"),
}


@method_decorator([never_cache, csrf_exempt], name="dispatch")
class MistakeView(OfCommitmentMixin, FormView):
    """Readers say what is wrong with a page, without an account. What they say goes to the reviewers alone."""

    template_name = "commitments/correction_form.html"
    form_class = MistakeForm
    words = frozenset({"as_of", "lack"})

    def get(self, request, *args, **kwargs):
        lack = request.GET.get("lack", "")
        if lack and lack not in LACKS:
            values = {"value": lack, "allowed": ", ".join(LACKS)}
            problem = _("lack: ‘%(value)s’ is not a valid value. Allowed: %(allowed)s.") % values
            return render(request, "400.html", {"problem": problem}, status=400)
        return super().get(request, *args, **kwargs)

    @property
    def begun(self):
        """How asking for an addition begins; None where a mistake is reported."""
        return LACKS.get(self.request.GET.get("lack"))

    def get_context_data(self, **kwargs):
        """With the key of this form, the same when it is shown again with its mistakes."""
        key = self.request.POST.get(idempotent_forms.FIELD) or idempotent_forms.new_key()
        return super().get_context_data(**kwargs) | {"submission_key": key}

    def get_initial(self):
        """Whoever comes from a desk finds begun what they want to have added, and their own address."""
        return {"text": f"{self.begun}\n" if self.begun else "", "address": getattr(self.request.user, "email", "")}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if self.begun:
            form.fields["text"].label, form.fields["text"].help_text = _("What is to be added?"), ""
        return form

    def post(self, request, *args, **kwargs):
        """What comes without its token is not taken, but shown again: the reader may only lack a cookie."""
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
        except corrections.TooMany as refusal:
            form.add_error(None, str(refusal))
            context = self.get_context_data(form=form)
            return self.render_to_response(context, status=429, headers={"Retry-After": str(refusal.wait)})
        return redirect("commitments:mistake-thanks", self.commitment.reference)

    @transaction.atomic
    def report_once(self, form):
        """The same words sent twice with one form are one report; other words are another, and none are lost."""
        typed = {name: [form.cleaned_data[name]] for name in ("text", "address")}
        form_name = f"mistake {self.commitment.reference}"
        key = self.request.POST.get(idempotent_forms.FIELD, "")
        submission = idempotent_forms.claim(key, form=form_name, fields=typed, user=self.request.user)
        if submission is not None and submission.row is not None and idempotent_forms.is_same(submission, typed):
            return
        mistake = corrections.report(
            self.commitment,
            text=form.cleaned_data["text"],
            address=form.cleaned_data["address"],
            sender=corrections.sender_of(self.request),
            by=self.request.user,
        )
        if submission is not None:
            submission.digest = idempotent_forms.digest(typed)
        idempotent_forms.settle(submission, mistake)


class MistakeThanksView(OfCommitmentMixin, TemplateView):
    template_name = "commitments/correction_thanks.html"
