"""The sentences for changes. Each is a whole sentence, so that it can be translated."""

from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from foundation.text.diff import Piece, diff_words


@dataclass(frozen=True)
class Change:
    """A change as a sentence; for texts also the pieces of the difference."""

    sentence: str
    wording: list[Piece] = field(default_factory=list)


# The sentences for changed, added and removed values. Fields that are never empty have the first only.
VALUES = {
    "kind": (gettext_lazy("The kind changed from %(before)s to %(after)s."),),
    "lead": (gettext_lazy("The lead changed from %(before)s to %(after)s."),),
    "scope": (
        gettext_lazy("The scope changed from %(before)s to %(after)s."),
        gettext_lazy("The scope was given: %(after)s."),
        gettext_lazy("The scope, %(before)s, was taken away."),
    ),
    "places": (
        gettext_lazy("The places changed from %(before)s to %(after)s."),
        gettext_lazy("The places were given: %(after)s."),
        gettext_lazy("The places, %(before)s, were taken away."),
    ),
    "start": (
        gettext_lazy("The start changed from %(before)s to %(after)s."),
        gettext_lazy("The start was given: %(after)s."),
        gettext_lazy("The start, %(before)s, was taken away."),
    ),
    "due": (
        gettext_lazy("The due day changed from %(before)s to %(after)s."),
        gettext_lazy("The due day was given: %(after)s."),
        gettext_lazy("The due day, %(before)s, was taken away."),
    ),
    "work_plan": (
        gettext_lazy("The work plan changed from %(before)s to %(after)s."),
        gettext_lazy("The work plan was given: %(after)s."),
        gettext_lazy("The work plan, %(before)s, was taken away."),
    ),
    "source_location": (gettext_lazy("The address of the source changed from %(before)s to %(after)s."),),
    "confidence": (gettext_lazy("The confidence in the source changed from ‘%(before)s’ to ‘%(after)s’."),),
    "milestone_due": (
        gettext_lazy("The due day of the milestone “%(name)s” changed from %(before)s to %(after)s."),
        gettext_lazy("The milestone “%(name)s” was given a due day: %(after)s."),
        gettext_lazy("The due day of the milestone “%(name)s”, %(before)s, was taken away."),
    ),
    "milestone_met": (
        gettext_lazy("The day on which the milestone “%(name)s” was met changed from %(before)s to %(after)s."),
        gettext_lazy("The milestone “%(name)s” was met: %(after)s."),
        gettext_lazy("The milestone “%(name)s” no longer counts as met; it did since %(before)s."),
    ),
}
TEXTS = {
    "title": (gettext_lazy("The title was reworded."),),
    "summary": (
        gettext_lazy("The summary was reworded."),
        gettext_lazy("A summary was added."),
        gettext_lazy("The summary was taken away."),
    ),
    "original_text": (
        gettext_lazy("The original text was corrected."),
        gettext_lazy("The original text was added."),
        gettext_lazy("The original text was taken away."),
    ),
    "source_title": (gettext_lazy("The title of the source changed."),),
    "part": (
        gettext_lazy("The part of %(name)s was reworded."),
        gettext_lazy("The part of %(name)s was stated."),
        gettext_lazy("The part of %(name)s was taken away."),
    ),
    "milestone_title": (gettext_lazy("A milestone was reworded."),),
}
# The sentences for added and removed members.
MEMBERS = {
    "partners": (gettext_lazy("%(name)s became a partner."), gettext_lazy("%(name)s is no longer a partner.")),
    "stakeholders": (
        gettext_lazy("%(name)s was named as taking part beyond the group."),
        gettext_lazy("%(name)s is no longer named as taking part beyond the group."),
    ),
    "agenda_points": (
        gettext_lazy("Agenda point added: %(name)s."),
        gettext_lazy("Agenda point taken away: %(name)s."),
    ),
    "recommendations": (
        gettext_lazy("Recommendation added: %(name)s."),
        gettext_lazy("Recommendation taken away: %(name)s."),
    ),
    "milestones": (
        pgettext_lazy("history of a commitment", "The milestone “%(name)s” was added."),
        pgettext_lazy("history of a commitment", "The milestone “%(name)s” was taken away."),
    ),
}


def value_change(subject: str, before, after, name: str = "") -> Change:
    """Return the change of a value; `before` and `after` are display values, None or '' if empty."""
    params = {"before": before, "after": after, "name": name}
    return Change(str(_choose(VALUES[subject], before, after)) % params)


def text_change(subject: str, before: str, after: str, name: str = "") -> Change:
    sentence = str(_choose(TEXTS[subject], before, after)) % {"name": name}
    return Change(capfirst(sentence), diff_words(before, after))


def member_change(subject: str, name: str, *, joined: bool) -> Change:
    name = name or _("something since deleted")
    return Change(capfirst(str(MEMBERS[subject][0 if joined else 1]) % {"name": name}))


def _choose(sentences: tuple, before, after):
    if len(sentences) == 1 or (before and after):
        return sentences[0]
    return sentences[1] if after else sentences[2]
