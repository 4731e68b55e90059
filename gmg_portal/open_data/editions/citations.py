"""Citations of editions, in the styles and formats of the portal's other citations."""

from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from gmg_portal.models import Edition
from register.details.citations import Citation


@dataclass(frozen=True)
class EditionCitation(Citation):
    """A citation of an edition's files: their address is permanent and needs no day of access."""

    revision: int

    @classmethod
    def of_edition(cls, edition: Edition, address: str) -> Self:
        return cls(
            lead=_("Global Migration Group"),
            acronym=_("Global Migration Group"),
            year=edition.day.year,
            title=_("The public record of the follow-up to the 2013 High-level Dialogue [data files]"),
            reference=f"edition {edition}",
            address=address,
            day=edition.day,
            revision=edition.revision,
        )

    @property
    def plain(self) -> str:
        return _(
            "%(lead)s (%(year)s). %(title)s. GMG HLD follow-up portal, edition of %(day)s, revision %(revision)s. "
            "%(address)s"
        ) % {
            "lead": self.lead,
            "year": self.year,
            "title": self.title,
            "day": self._day,
            "revision": self.revision,
            "address": self.address,
        }

    @property
    def _key(self) -> str:
        return f"GMG-HLD-{self.day.isoformat()}"

    @property
    def _standing(self) -> str:
        return _("Edition of %(day)s, revision %(revision)s") % {"day": self._day, "revision": self.revision}
