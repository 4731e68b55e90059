"""The review workflow of commitments, progress reports, assessments and answers."""

from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from foundation.dates.model_fields import PastDateField
from foundation.dates.partial import PartialDate, Precision, partial_date
from foundation.described_choices import DescribedChoices, Meaning, known_values


@dataclass(frozen=True)
class StateMeaning(Meaning):
    """The meaning of a state of the workflow, and who may read and write rows in it."""

    public: bool = field(kw_only=True)  # readers see the row
    open: bool = field(kw_only=True)  # its authors may change the row


class State(DescribedChoices):
    """The state of a row in the review workflow."""

    DRAFT = "draft", _("Draft"), StateMeaning(_("It is being written."), public=False, open=True)
    SUBMITTED = "submitted", _("Submitted"), StateMeaning(_("It waits for a reviewer."), public=False, open=False)
    SENT_BACK = (
        "sent_back",
        _("Sent back"),
        StateMeaning(
            _("A reviewer sent it back with a note; it can be mended and submitted again."), public=False, open=True
        ),
    )
    PUBLISHED = "published", _("Published"), StateMeaning(_("It stands."), public=True, open=False)
    WITHDRAWN = (
        "withdrawn",
        _("Withdrawn"),
        StateMeaning(_("It was withdrawn; its page stays and says why."), public=True, open=False),
    )

    @classmethod
    def public(cls) -> tuple[str, ...]:
        """Return the states of rows that readers see."""
        return cls.values_where(lambda meaning: meaning.public)

    @classmethod
    def not_public(cls) -> tuple[str, ...]:
        """Return the states of rows that readers do not see."""
        return cls.values_where(lambda meaning: not meaning.public)

    @classmethod
    def open(cls) -> tuple[str, ...]:
        """Return the states of rows that their authors may change."""
        return cls.values_where(lambda meaning: meaning.open)


# The state after each action, by the state before and the action. Other transitions are refused.
TRANSITIONS = {
    ("draft", "submit"): State.SUBMITTED,
    ("sent_back", "submit"): State.SUBMITTED,
    ("submitted", "send_back"): State.SENT_BACK,
    ("submitted", "publish"): State.PUBLISHED,
    ("published", "withdraw"): State.WITHDRAWN,
    ("withdrawn", "restore"): State.PUBLISHED,
}


# The sentence for a row that is sent back without a note.
NOTE_REQUIRED = _("Write a note that says what to mend.")


@dataclass(frozen=True)
class RoleMeaning(Meaning):
    """The meaning of a reviewing role, and the sentence that names the reviewer."""

    sentence: str | Promise = field(kw_only=True)  # may name %(agency)s
    for_agency: bool = field(kw_only=True)  # the reviewer decided for an agency, which the row names


class ReviewingRole(DescribedChoices):
    """The role in which a reviewer decided; co-chairs and co-conveners decide for their agency."""

    SECRETARIAT = (
        "secretariat",
        _("Secretariat"),
        RoleMeaning(_("The secretariat of the portal."), sentence=_("Reviewed by the secretariat"), for_agency=False),
    )
    CO_CHAIR = (
        "co_chair",
        _("Co-chair"),
        RoleMeaning(
            _("An agency that co-chairs the leading group."),
            sentence=_("Reviewed by %(agency)s, co-chair of the group"),
            for_agency=True,
        ),
    )
    CO_CONVENER = (
        "co_convener",
        _("Co-convener"),
        RoleMeaning(
            _("An agency that co-convenes the leading group."),
            sentence=_("Reviewed by %(agency)s, co-convener of the group"),
            for_agency=True,
        ),
    )
    ADMINISTRATOR = (
        "administrator",
        _("Administrators of the portal"),
        RoleMeaning(
            _("The administrators of the portal."),
            sentence=_("Reviewed by the administrators of the portal"),
            for_agency=False,
        ),
    )

    @classmethod
    def for_agency(cls) -> tuple[str, ...]:
        """Return the roles in which a reviewer decides for an agency."""
        return cls.values_where(lambda meaning: meaning.for_agency)

    @classmethod
    def without_agency(cls) -> tuple[str, ...]:
        """Return the roles in which a reviewer decides for no agency."""
        return cls.values_where(lambda meaning: not meaning.for_agency)


@dataclass(frozen=True)
class ReviewingBody:
    """The body that reviewed a row, as shown to readers; never a person."""

    role: str
    agency: Agency | None = None

    @property
    def code(self) -> str | None:
        return self.agency.code if self.agency else None

    @property
    def name(self) -> str:
        return self.agency.name if self.agency else str(ReviewingRole(self.role).label)

    @property
    def sentence(self) -> str:
        """Return the body as a sentence without a full stop."""
        return str(ReviewingRole(self.role).meaning.sentence) % {"agency": self.agency}


def _agencies(label: Promise) -> ArrayField:
    return ArrayField(models.BigIntegerField(), verbose_name=label, default=list, blank=True, editable=False)


def _person(label: Promise) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )


class Reviewed(models.Model):
    """A row that one person writes and submits and another publishes. Rows loaded from a file have no author."""

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    author = _person(_("author"))
    submitted_by = _person(_("submitted by"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True, editable=False)
    reviewed_by = _person(_("reviewed by"))
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True, editable=False)
    reviewed_as = models.CharField(
        _("reviewed as"), max_length=15, choices=ReviewingRole, blank=True, default="", editable=False
    )
    reviewing_agency = models.ForeignKey(
        Agency,
        verbose_name=_("reviewing agency"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    # Keys of agencies, recorded by the database (`triggers`) at the time of each action, so that later changes of
    # memberships have no effect: the agencies of the writers and submitters and those with a stake at submission;
    # and the agencies of the reviewer.
    involved_agencies = _agencies(_("involved agencies"))
    reviewer_agencies = _agencies(_("agencies of the reviewer"))
    review_note = models.TextField(_("review note"), blank=True, editable=False)
    published_on = PastDateField(_("published on"), null=True, blank=True, editable=False)
    published_precision = models.CharField(max_length=5, choices=Precision, blank=True, editable=False)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_state_known",
                condition=known_values("state", State),
                violation_error_message=_("The state is draft, submitted, sent back, published or withdrawn."),
            ),
            models.CheckConstraint(
                name="%(class)s_submitted_by_and_at",
                condition=Q(submitted_by__isnull=True, submitted_at__isnull=True)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                violation_error_message=_("Who submitted and when stand together or not at all."),
            ),
            models.CheckConstraint(
                name="%(class)s_reviewed_by_and_at",
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                violation_error_message=_("Who reviewed and when stand together or not at all."),
            ),
            models.CheckConstraint(
                name="%(class)s_two_persons",
                condition=Q(reviewed_by__isnull=True)
                | (
                    (Q(author__isnull=True) | ~Q(reviewed_by=F("author")))
                    & (Q(submitted_by__isnull=True) | ~Q(reviewed_by=F("submitted_by")))
                ),
                violation_error_message=_("Nobody reviews what they wrote or submitted themselves."),
            ),
            models.CheckConstraint(
                name="%(class)s_reviewing_body_known",
                condition=Q(reviewed_as__in=["", *ReviewingRole.without_agency()], reviewing_agency__isnull=True)
                | Q(reviewed_as__in=ReviewingRole.for_agency(), reviewing_agency__isnull=False),
                violation_error_message=_(
                    "The secretariat, administrators, or a co-chair or co-convener with its agency review."
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_sent_back_with_note",
                condition=~Q(state="sent_back") | ~Q(review_note=""),
                violation_error_message=NOTE_REQUIRED,
            ),
            models.CheckConstraint(
                name="%(class)s_published_with_day",
                condition=Q(
                    state__in=State.public(),
                    published_on__isnull=False,
                    published_precision__in=Precision.values,
                )
                | Q(
                    state__in=State.not_public(),
                    published_on__isnull=True,
                    published_precision="",
                ),
                violation_error_message=_("What is published has its day of publication, and nothing else has one."),
            ),
        ]

    @property
    def published(self) -> PartialDate | None:
        """Return the day of publication with its precision."""
        return partial_date(self.published_on, self.published_precision)

    @property
    def reviewing_body(self) -> ReviewingBody | None:
        """Return the body that reviewed the row; None for rows loaded from a source, which nobody reviewed."""
        return ReviewingBody(self.reviewed_as, self.reviewing_agency) if self.reviewed_as else None
