"""Values of evidence, assessments and other rows of reporting, with all that is declared of each value."""

from django.utils.translation import gettext_lazy as _

from foundation.described_choices import DescribedChoices, Meaning


class EvidenceKind(DescribedChoices):
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
    NOT_CHECKED = "", _("Not checked yet"), Meaning(_("No check has run yet."))
    ANSWERS = "answers", _("Answers"), Meaning(_("The address answered."))
    MOVED = "moved", _("Moved"), Meaning(_("The address sent on to another."))
    BROKEN = "broken", _("Broken"), Meaning(_("The address did not answer."))


class AssessorKind(DescribedChoices):
    PEER_AGENCY = "peer_agency", _("Peer agency"), Meaning(_("Another agency of the group."))
    GROUP_LEAD = "group_lead", _("Working-group lead"), Meaning(_("An agency that leads a work group, for the group."))
    INDEPENDENT = "independent", _("Independent assessor"), Meaning(_("Somebody outside the group."))


class AssessmentFinding(DescribedChoices):
    AGREES = "agrees", _("Agrees with the lead's report"), Meaning(_("The assessor agrees with the lead’s report."))
    AGREES_IN_PART = "agrees_in_part", _("Agrees in part"), Meaning(_("The assessor agrees with a part of it."))
    DISAGREES = "disagrees", _("Disagrees"), Meaning(_("The assessor disagrees with it."))
