"""The steps of the workflow as pages of the editors' side: each asks once more, and then calls its action."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies.permissions import is_administrator, is_secretariat
from commitments import actions
from commitments.forms import WordsForm
from commitments.models import Answer, Assessment
from commitments.permissions import is_party, may_manage_cycles, may_restore, may_withdraw
from commitments.workflow import TRANSITIONS, Reviewed
from foundation.clock import today


@dataclass(frozen=True)
class Step:
    """One step: for which rows a person may take it, what it asks, and what it does."""

    verb: str
    label: Promise
    question: Promise
    allowed: Callable[[type, object], QuerySet]  # (model, user)
    run: Callable[..., object]  # (row, by=, seen=, words=)
    done: Callable[[object, object], str]  # (row, what `run` answered)
    words: str = ""
    words_label: Promise | str = ""
    concerns: Callable[[object], Iterable] = lambda row: ()  # the rows that the question is about, to be listed
    concerns_label: Promise | str = ""

    @property
    def name(self) -> str:
        return self.verb.replace("-", "_")


SUBMIT = Step(
    verb="submit",
    label=gettext_lazy("Submit"),
    question=gettext_lazy("Send this to the reviewers? You can change it again only if they send it back."),
    allowed=lambda model, user: model.objects.editable_by(user),
    run=lambda row, by, seen, words: actions.submit(row, by=by, seen=seen),
    done=lambda row, answer: (
        _("%(row)s was submitted. A reviewer publishes it or sends it back.") % {"row": name_of(row)}
    ),
)
PUBLISH = Step(
    verb="publish",
    label=gettext_lazy("Publish"),
    question=gettext_lazy("Put this into the public record? It cannot be taken back: only a later word corrects it."),
    allowed=lambda model, user: model.objects.reviewable_by(user),
    run=lambda row, by, seen, words: actions.publish(row, by=by, seen=seen),
    done=lambda row, answer: _("%(row)s was published.") % {"row": name_of(row)},
)
SEND_BACK = Step(
    verb="send-back",
    label=gettext_lazy("Send back…"),
    question=gettext_lazy("Return this to its writers, with a note that says what to mend."),
    allowed=lambda model, user: model.objects.reviewable_by(user),
    run=lambda row, by, seen, words: actions.send_back(row, note=words, by=by, seen=seen),
    done=lambda row, answer: _("%(row)s was sent back with your note.") % {"row": name_of(row)},
    words="note",
    words_label=gettext_lazy("Note to the writers"),
)
WITHDRAW = Step(
    verb="withdraw",
    label=gettext_lazy("Withdraw…"),
    question=gettext_lazy("Take this out of the register? Its page stays public and shows the day and your reason."),
    allowed=lambda model, user: model.objects.published() if may_withdraw(user) else model.objects.none(),
    run=lambda row, by, seen, words: actions.withdraw(row, reason=words, by=by, seen=seen),
    done=lambda row, answer: _("%(row)s was withdrawn.") % {"row": name_of(row)},
    concerns=lambda row: row.supersedes.filter(state="published", status="superseded").order_by("pk"),
    concerns_label=gettext_lazy("These commitments were superseded by it. Their leads will be asked to report again:"),
    words="reason",
    words_label=gettext_lazy("Reason, as readers will see it"),
)
RESTORE = Step(
    verb="restore",
    label=gettext_lazy("Restore…"),
    question=gettext_lazy("Put this back into the register? The withdrawal and your reason stay public."),
    allowed=lambda model, user: (
        model.objects.filter(state="withdrawn").independent_of(user) if may_restore(user) else model.objects.none()
    ),
    run=lambda row, by, seen, words: actions.restore(row, reason=words, by=by, seen=seen),
    done=lambda row, answer: _("%(row)s was restored.") % {"row": name_of(row)},
    words="reason",
    words_label=gettext_lazy("Reason, as readers will see it"),
)
OPEN = Step(
    verb="open",
    label=gettext_lazy("Open"),
    question=gettext_lazy("Open this cycle? A report is asked for from the lead of every running commitment."),
    allowed=lambda model, user: _cycles(model, user).filter(opened_on__isnull=True, opens_on__lte=today()),
    run=lambda row, by, seen, words: actions.open_cycle(row, by=by, seen=seen),
    done=lambda row, answer: (
        ngettext(
            "%(row)s is open: %(count)s report was asked for.",
            "%(row)s is open: %(count)s reports were asked for.",
            answer,
        )
        % {"row": name_of(row), "count": answer}
    ),
)
REMIND = Step(
    verb="remind",
    label=gettext_lazy("Remind…"),
    question=gettext_lazy("Remind the leads of what they still owe in this cycle? These reports are owed:"),
    allowed=lambda model, user: _cycles(model, user).filter(opened_on__isnull=False, closed_on__isnull=True),
    run=lambda row, by, seen, words: actions.remind_cycle(row, by=by, seen=seen),
    done=lambda row, answer: (
        ngettext(
            "%(row)s: the reminder of %(count)s owed report is on record.",
            "%(row)s: the reminder of %(count)s owed reports is on record.",
            len(answer),
        )
        % {"row": name_of(row), "count": len(answer)}
    ),
    concerns=lambda row: (
        row.reports.owed()
        .select_related("commitment__lead_agency", "commitment__workgroup")
        .order_by("commitment__lead_agency__position", "commitment__workgroup__position", "pk")
    ),
)
CLOSE = Step(
    verb="close",
    label=gettext_lazy("Close"),
    question=gettext_lazy("Close this cycle? What was not reported stays visible as silence."),
    allowed=lambda model, user: _cycles(model, user).filter(opened_on__isnull=False, closed_on__isnull=True),
    run=lambda row, by, seen, words: actions.close_cycle(row, by=by, seen=seen),
    done=lambda row, answer: _("%(row)s is closed.") % {"row": name_of(row)},
)
REOPEN = Step(
    verb="reopen",
    label=gettext_lazy("Reopen…"),
    question=gettext_lazy("Take reports in this cycle again? Its days stay: what comes now counts as late."),
    allowed=lambda model, user: _cycles(model, user).filter(closed_on__isnull=False),
    run=lambda row, by, seen, words: actions.reopen_cycle(row, reason=words, by=by, seen=seen),
    done=lambda row, answer: _("%(row)s is open again.") % {"row": name_of(row)},
    words="reason",
    words_label=gettext_lazy("Reason for reopening"),
)


def _cycles(model, user) -> QuerySet:
    return model.objects.all() if may_manage_cycles(user) else model.objects.none()


class StepsMixin:
    """Gives a table a page for each of its steps, buttons where the step may be taken, and publishing in bulk."""

    steps: tuple[Step, ...] = ()

    def get_urls(self):
        pages = [
            path(
                f"<path:object_id>/{step.verb}/",
                self.admin_site.admin_view(partial(self.step_view, step=step)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{step.name}",
            )
            for step in self.steps
        ]
        return [*pages, *super().get_urls()]

    def steps_for(self, request, obj) -> list[dict]:
        """The steps that this person may take with this row, as buttons."""
        return [
            {"verb": step.verb, "label": step.label, "url": self.step_url(step, obj)}
            for step in self.steps
            if step.allowed(self.model, request.user).filter(pk=obj.pk).exists()
        ]

    def step_url(self, step: Step, obj) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{step.name}", args=[obj.pk])

    def step_view(self, request, object_id, step: Step):
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not step.allowed(self.model, request.user).filter(pk=obj.pk).exists():
            return self.render_step(request, step, obj, refusal=why_not(step, obj, request.user), status=403)
        typed = request.POST if request.method == "POST" else None
        form = WordsForm(typed, words=step.words, label=step.words_label, initial={"seen": obj.version})
        if request.method == "POST" and form.is_valid():
            try:
                answer = step.run(obj, by=request.user, seen=form.cleaned_data["seen"], words=form.text)
            except PermissionDenied as denial:
                return self.render_step(request, step, obj, refusal=str(denial), status=403)
            except ValidationError as error:
                if step is SUBMIT and hasattr(error, "error_dict"):
                    return self.show_missing(request, obj)
                form.add_error(None, error.messages)
            else:
                self.message_user(request, step.done(obj, answer))
                return redirect("admin:index")
        return self.render_step(request, step, obj, form=form)

    def render_step(self, request, step: Step, obj, *, status: int = 200, **more):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": f"{step.label.rstrip('…')}: {obj}",
            "step": step,
            "concerned": step.concerns(obj),
            **more,
        }
        return TemplateResponse(request, "admin/commitments/workflow_action.html", context, status=status)

    @admin.action(description=gettext_lazy("Publish selected"), permissions=["review"])
    def publish_selected(self, request, queryset):
        """Publish row by row, each as it was shown when asked; what is refused is named with its reason."""
        if "confirmed" not in request.POST:
            return self.confirm_publishing(request, queryset)
        publish_each(request, ((row, request.POST.get(f"seen_{row.pk}")) for row in queryset))
        return None

    def confirm_publishing(self, request, queryset):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Publish selected"),
            "rows": queryset,
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/commitments/publish_selected.html", context)


def publish_each(request, rows: Iterable[tuple[Reviewed, str | None]]) -> None:
    """Publish rows one by one, each as the version that was shown; say how many were, and of each other why not."""
    published = 0
    for row, seen in rows:
        try:
            actions.publish(row, by=request.user, seen=_number(seen))
            published += 1
        except PermissionDenied:
            _refused(request, row, why_not(PUBLISH, row, request.user))
        except ValidationError as error:
            _refused(request, row, " ".join(error.messages))
    if published:
        text = ngettext("%(count)s was published.", "%(count)s were published.", published)
        messages.success(request, text % {"count": published})


def _refused(request, row, reason: str) -> None:
    messages.error(request, _("%(row)s: %(reason)s") % {"row": name_of(row), "reason": reason})


def why_not(step: Step, row, user) -> str:
    """Why a person may not take a step with a row that they see."""
    if isinstance(row, Reviewed) and (row.state, step.name) not in TRANSITIONS:
        state = row.get_state_display()
        return _("This is in the state ‘%(state)s’, which does not allow that.") % {"state": state}
    if step in (PUBLISH, SEND_BACK) and has_a_hand(row, user):
        if isinstance(row, Answer) and row.assessment in Assessment.objects.filter(is_party(user)):
            return _("Whoever judged has no say in what is answered: another reviewer decides.")
        if user.pk in (row.author_id, row.submitted_by_id):
            return _("Nobody publishes or sends back what they wrote or submitted themselves.")
        return _(
            "You or an agency of yours wrote this, or leads the commitment or is a partner in it: another reviewer"
            " decides."
        )
    return _("You may not do this here.")


def has_a_hand(row: Reviewed, user) -> bool:
    """The person's own work; or, of a submitted row that this reviewer could decide on, what else would forbid it."""
    reviewer = is_administrator(user) or is_secretariat(user)
    rows = type(row).objects
    return (
        user.pk in (row.author_id, row.submitted_by_id) or reviewer or rows.filter(rows.led(user), pk=row.pk).exists()
    )


def name_of(row) -> str:
    """What a message calls the row: by its commitment, whatever has just become of it."""
    return str(getattr(row, "commitment", row))


def _number(text: str | None) -> int:
    """The version that was shown; 0, which is none, where the page was tampered with."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
