"""Status, outlook, freshness and verification: their values with all that is declared of each value.

Constraints, the methods page, the description of the API and the colours of pages and charts derive from here.
`docs/extending.md` says how to add a value.
"""

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from django.utils.translation import gettext_lazy as _

from foundation.described_choices import DescribedChoices, Meaning


class Fill(NamedTuple):
    """The fill of a value in charts: steps of the colour ramps in `static/css/tokens.css`, by colour scheme."""

    light: str
    dark: str


@dataclass(frozen=True)
class TaggedMeaning(Meaning):
    """The meaning of a value that is shown as a tag. The tone names the design token of the tag's colour."""

    TONES: ClassVar = ("good", "warn", "bad", "link", "neutral")

    tone: str = field(kw_only=True)

    def __post_init__(self):
        if self.tone not in self.TONES:
            raise ValueError(f"{self.tone} is not a tone. Use one of: {', '.join(self.TONES)}.")


@dataclass(frozen=True)
class StatusMeaning(TaggedMeaning):
    """The meaning of a status."""

    fill: Fill = field(kw_only=True)
    finished: bool = field(kw_only=True)  # no more reports are expected
    past_planning: bool = field(kw_only=True)  # an announcement is not enough evidence


class Status(DescribedChoices):
    """The progress of a commitment, as its lead reports it."""

    NOT_STARTED = (
        "not_started",
        _("Not started"),
        StatusMeaning(
            _("The lead says that it has not begun."),
            tone="neutral",
            fill=Fill("slate-4", "slate-5"),
            finished=False,
            past_planning=False,
        ),
    )
    PLANNING = (
        "planning",
        _("Planning"),
        StatusMeaning(
            _("It is being prepared. A report whose only evidence is an announcement can say this much and no more."),
            tone="link",
            fill=Fill("amber-4", "amber-3"),
            finished=False,
            past_planning=False,
        ),
    )
    IN_PROGRESS = (
        "in_progress",
        _("In progress"),
        StatusMeaning(
            _("It is being done."), tone="link", fill=Fill("sea-4", "sea-4"), finished=False, past_planning=True
        ),
    )
    SUBSTANTIALLY_COMPLETE = (
        "substantially_complete",
        _("Substantially complete"),
        StatusMeaning(
            _("Most of it is done."), tone="good", fill=Fill("sea-6", "sea-3"), finished=False, past_planning=True
        ),
    )
    COMPLETED = (
        "completed",
        _("Completed"),
        StatusMeaning(
            _("It is done. The report carries at least one public piece of evidence, or it cannot be published."),
            tone="good",
            fill=Fill("leaf-6", "leaf-3"),
            finished=True,
            past_planning=True,
        ),
    )
    ONGOING = (
        "ongoing",
        _("Ongoing"),
        StatusMeaning(
            _("A standing duty that has no end, such as a yearly publication."),
            tone="link",
            fill=Fill("leaf-4", "leaf-4"),
            finished=False,
            past_planning=True,
        ),
    )
    DISCONTINUED = (
        "discontinued",
        _("Discontinued"),
        StatusMeaning(
            _("The lead has given it up. The report says why, or it cannot be published."),
            tone="bad",
            fill=Fill("rust-6", "rust-4"),
            finished=True,
            past_planning=False,
        ),
    )
    SUPERSEDED = (
        "superseded",
        _("Superseded"),
        StatusMeaning(
            _("Another commitment has taken its place. The report names it, or it cannot be published."),
            tone="neutral",
            fill=Fill("plum-4", "plum-3"),
            finished=True,
            past_planning=False,
        ),
    )

    @classmethod
    def finished(cls) -> tuple[str, ...]:
        """Return the values with which no more reports are expected."""
        return cls.values_where(lambda meaning: meaning.finished)

    @classmethod
    def finished_without_successor(cls) -> tuple[str, ...]:
        """Return the finished values that do not depend on another commitment."""
        return tuple(value for value in cls.finished() if value != cls.SUPERSEDED)

    @classmethod
    def past_planning(cls) -> tuple[str, ...]:
        """Return the values that need more evidence than an announcement."""
        return cls.values_where(lambda meaning: meaning.past_planning)


class Outlook(DescribedChoices):
    """The lead's expectation of the further progress."""

    ON_TRACK = "on_track", _("On track"), TaggedMeaning(_("The lead expects to do it as undertaken."), tone="good")
    AT_RISK = (
        "at_risk",
        _("At risk"),
        TaggedMeaning(_("The lead sees that it may not be done, or not in time."), tone="warn"),
    )
    CONSTRAINED = "constrained", _("Constrained"), TaggedMeaning(_("Something holds it back."), tone="warn")
    NOT_ASSESSED = (
        "not_assessed",
        _("Not assessed"),
        TaggedMeaning(_("The last report says nothing of it, or there is no report."), tone="neutral"),
    )


@dataclass(frozen=True)
class FreshnessMeaning(TaggedMeaning):
    """The meaning of a freshness. The values are tried by rank: the first that applies stands."""

    fill: Fill = field(kw_only=True)
    rank: int = field(kw_only=True)


class Freshness(DescribedChoices):
    """The age of the latest report in terms of reporting cycles; always computed."""

    CURRENT = (
        "current",
        _("Current"),
        FreshnessMeaning(
            _(
                "Reported since the newest cycle opened; or completed, discontinued or superseded, and so owing "
                "nothing more."
            ),
            tone="good",
            fill=Fill("leaf-6", "leaf-3"),
            rank=1,
        ),
    )
    DUE = (
        "due",
        _("Due"),
        FreshnessMeaning(
            _(
                "The newest cycle asked for a report, none has been published since it opened, and its deadline is not "
                "past."
            ),
            tone="warn",
            fill=Fill("amber-4", "amber-3"),
            rank=3,
        ),
    )
    OVERDUE = (
        "overdue",
        _("Overdue"),
        FreshnessMeaning(
            _("The deadline of the newest cycle is past, and the last report is older than that cycle."),
            tone="bad",
            fill=Fill("rust-4", "rust-4"),
            rank=4,
        ),
    )
    NEVER_REPORTED = (
        "never_reported",
        _("Never reported"),
        FreshnessMeaning(
            _("The deadline is past, and no report was ever published."),
            tone="bad",
            fill=Fill("rust-6", "rust-3"),
            rank=5,
        ),
    )
    NOT_YET_DUE = (
        "not_yet_due",
        _("Not yet due"),
        FreshnessMeaning(
            _("No cycle has opened yet, or the newest one did not ask for a report on this commitment."),
            tone="neutral",
            fill=Fill("slate-3", "slate-7"),
            rank=2,
        ),
    )

    @classmethod
    def by_rank(cls) -> list["Freshness"]:
        """Return the values in the order in which they are tried."""
        return sorted(cls, key=lambda freshness: freshness.meaning.rank)


class Verification(DescribedChoices):
    """The assessment by others than the lead; computed from the published assessments."""

    SELF_REPORTED = (
        "self_reported",
        _("Self-reported"),
        TaggedMeaning(_("Nobody but the lead has assessed it."), tone="neutral"),
    )
    PEER_REVIEWED = (
        "peer_reviewed",
        _("Peer-reviewed"),
        TaggedMeaning(
            _(
                "A peer agency or the lead of a work group has published an assessment, and none disagrees. Who leads "
                "or co-leads a commitment, or is a partner in it, does not assess it."
            ),
            tone="good",
        ),
    )
    INDEPENDENTLY_ASSESSED = (
        "independently_assessed",
        _("Independently assessed"),
        TaggedMeaning(_("An independent assessor has published an assessment, and none disagrees."), tone="good"),
    )
    DISPUTED = (
        "disputed",
        _("Disputed"),
        TaggedMeaning(_("At least one current assessment disagrees with the lead, even if others agree."), tone="bad"),
    )


class StakeholderKind(DescribedChoices):
    """The sort of body that a stakeholder is."""

    GOVERNMENT = "government", _("Government"), Meaning(_("A government."))
    EMPLOYERS = "employers_organization", _("Employers' organization"), Meaning(_("An organization of employers."))
    WORKERS = "workers_organization", _("Workers' organization"), Meaning(_("An organization of workers."))
    CIVIL_SOCIETY = "civil_society", _("Civil society"), Meaning(_("A civil-society organization."))
    UN_ENTITY = (
        "un_entity",
        _("UN entity"),
        Meaning(_("An entity of the United Nations that is no member of the group.")),
    )
    INTERNATIONAL = (
        "international_organization",
        _("International organization"),
        Meaning(_("An international organization outside the United Nations.")),
    )
    PRIVATE_SECTOR = "private_sector", _("Private sector"), Meaning(_("A company or an association of companies."))
    ACADEMIA = "academia", _("Academia"), Meaning(_("A university or another research body."))
    PLATFORM = "platform", _("Platform"), Meaning(_("A forum or partnership of several bodies."))


class CommitmentKind(DescribedChoices):
    """The sort of undertaking."""

    PROGRAMME = "programme", _("Programme"), Meaning(_("A programme or project."))
    PUBLICATION = "publication", _("Publication"), Meaning(_("A report, study, handbook or data set."))
    NORM = "norm", _("Norm"), Meaning(_("A standard, guideline or other norm."))
    CAPACITY = "capacity", _("Capacity building"), Meaning(_("Training, advice or other capacity building."))
    CAMPAIGN = "campaign", _("Campaign"), Meaning(_("A campaign or other public outreach."))
    EVENT = "event", _("Event"), Meaning(_("A meeting or another event."))
    INSTITUTION = "institution", _("Institution"), Meaning(_("A body, network, mechanism or partnership."))


class CommitmentScope(DescribedChoices):
    """The reach of a commitment."""

    GLOBAL = "global", _("Global"), Meaning(_("The whole world."))
    REGIONAL = "regional", _("Regional"), Meaning(_("One region or several."))
    NATIONAL = "national", _("National"), Meaning(_("One country or several."))


class CommitmentConfidence(DescribedChoices):
    """How certain it is that the source supports the commitment."""

    CONFIRMED = "confirmed", _("Confirmed: the source was read"), Meaning(_("The source was read."))
    KNOWN = (
        "known",
        _("Not yet confirmed: general knowledge"),
        Meaning(_("General knowledge, not yet confirmed from the source.")),
    )
