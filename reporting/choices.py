"""Values of evidence, assessments and other rows of reporting, with all that is declared of each value."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from foundation.described_choices import DescribedChoices, Meaning


class EvidenceKind(DescribedChoices):
    """Kind of a piece of evidence."""

    ANNOUNCEMENT = (
        "announcement",
        _("Announcement"),
        Meaning(_("An announcement; alone it moves no status past ‘planning’.")),
    )
    PUBLICATION = "publication", _("Publication"), Meaning(_("A report, study or other publication."))
    OFFICIAL_DOCUMENT = (
        "official_document",
        _("Official document"),
        Meaning(_("An official document, known by its symbol.")),
    )
    WEB_PAGE = "web_page", _("Web page"), Meaning(_("A web page."))
    DATASET = "dataset", _("Data set"), Meaning(_("A data set."))
    EVALUATION = "evaluation", _("Evaluation"), Meaning(_("An evaluation."))
    OTHER = "other", _("Other"), Meaning(_("Anything else that is public."))


class LinkCheckOutcome(DescribedChoices):
    """The outcome of the last check of a link."""

    NOT_CHECKED = "", _("Not checked yet"), Meaning(_("No check has run yet."))
    ANSWERS = "answers", _("Answers"), Meaning(_("The address answered."))
    MOVED = "moved", _("Moved"), Meaning(_("The address sent on to another."))
    BROKEN = "broken", _("Broken"), Meaning(_("The address did not answer."))


class AssessorKind(DescribedChoices):
    """Kind of body that assesses a commitment."""

    PEER_AGENCY = "peer_agency", _("Peer agency"), Meaning(_("Another agency of the group."))
    GROUP_LEAD = "group_lead", _("Working-group lead"), Meaning(_("An agency that leads a work group, for the group."))
    INDEPENDENT = "independent", _("Independent assessor"), Meaning(_("Somebody outside the group."))


class AssessmentFinding(DescribedChoices):
    """Agreement of an assessor with the lead's report."""

    AGREES = "agrees", _("Agrees with the lead's report"), Meaning(_("The assessor agrees with the lead’s report."))
    AGREES_IN_PART = "agrees_in_part", _("Agrees in part"), Meaning(_("The assessor agrees with a part of it."))
    DISAGREES = "disagrees", _("Disagrees"), Meaning(_("The assessor disagrees with it."))


@dataclass(frozen=True)
class NotificationMeaning(Meaning):
    """The meaning of a kind of notification, and the columns of which one names the row that it is about."""

    subjects: tuple[str, ...] = field(kw_only=True)


REVIEWED = ("commitment", "report", "assessment", "answer")


class NotificationKind(DescribedChoices):
    """The kinds of notifications, the most urgent first: mails show them in this order.

    Each has its class in `reporting.notifications.kinds`.
    """

    SENT_BACK = (
        "sent_back",
        _("Sent back"),
        NotificationMeaning(_("A reviewer sent a row back to its writers."), subjects=REVIEWED),
    )
    OVERDUE = (
        "overdue",
        _("Overdue"),
        NotificationMeaning(_("The reports of a cycle were due, and some have not come."), subjects=("cycle",)),
    )
    DUE_IN_3 = (
        "due_in_3",
        _("Due in 3 days"),
        NotificationMeaning(_("The reports of a cycle are due in three days or fewer."), subjects=("cycle",)),
    )
    DUE_IN_14 = (
        "due_in_14",
        _("Due in 14 days"),
        NotificationMeaning(_("The reports of a cycle are due in two weeks or less."), subjects=("cycle",)),
    )
    REMINDED = (
        "reminded",
        _("Reminded by the secretariat"),
        NotificationMeaning(_("The secretariat reminds of the reports of a cycle."), subjects=("cycle",)),
    )
    CYCLE_OPENED = (
        "cycle_opened",
        _("Cycle opened"),
        NotificationMeaning(_("A cycle opened and asks for reports."), subjects=("cycle",)),
    )
    SUBMITTED = (
        "submitted",
        _("Submitted"),
        NotificationMeaning(_("A row waits for a reviewer."), subjects=REVIEWED),
    )
    PUBLISHED = (
        "published",
        _("Published"),
        NotificationMeaning(_("A row became public."), subjects=REVIEWED),
    )
    CORRECTION_REQUESTED = (
        "correction_requested",
        _("Mistake reported"),
        NotificationMeaning(_("A reader reported a mistake on a page."), subjects=("correction",)),
    )
