"""The rules that commitments, reports, contributions, assessments and answers must meet.

Each rule is declared once (`foundation.rules.Rule`). Forms, the API, imports and actions ask the same rules, and
constraints show their sentences. Models import their sentences from here, so nothing here imports `reporting.models`.
Start with `RULES`. `hints` holds what a reviewer is likely to ask, though no rule forbids it.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Model

from commitments.rules import COMMITMENT_RULES
from foundation.rules import Rule, errors_by_field
from reporting.rules.assessment import ANSWER_RULES, ASSESSMENT_RULES, writer_has_no_stake
from reporting.rules.report import CONTRIBUTION_RULES, REPORT_RULES

if TYPE_CHECKING:
    from accounts.models import User

# The rules of each table, by the label of its model.
RULES: dict[str, tuple[Rule, ...]] = {
    "commitments.Commitment": COMMITMENT_RULES,
    "reporting.ProgressReport": REPORT_RULES,
    "reporting.Contribution": CONTRIBUTION_RULES,
    "reporting.Assessment": ASSESSMENT_RULES,
    "reporting.Answer": ANSWER_RULES,
}


def check(row: Model, *, by: "User | None" = None) -> None:
    """Raise ValidationError, with a message for each field, if a row may not be submitted or published.

    `by` is the person who submits it, if the rules about this person count too.
    """
    errors = errors_by_field([*RULES[row._meta.label], *_rules_of_writer(row, by)], row)
    if errors:
        raise ValidationError(errors)


def submission_errors(row: Model) -> list[str]:
    """Return the error messages that prevent submitting."""
    try:
        check(row)
    except ValidationError as error:
        return error.messages
    return []


def draft_errors(row: Model, invalid_fields: Collection[str] = (), *, by: "User | None" = None) -> dict[str, str]:
    """Return the error message by field of the rules that even a draft must meet.

    Rules that depend on one of `invalid_fields`, whose values the row does not have, are not asked.
    """
    rules = [each for each in (*RULES[row._meta.label], *_rules_of_writer(row, by)) if each.in_drafts]
    return errors_by_field(rules, row, invalid_fields)


def _rules_of_writer(row: Model, by: "User | None") -> Iterable[Rule]:
    return [writer_has_no_stake(by)] if by is not None and row._meta.label == "reporting.Assessment" else []
