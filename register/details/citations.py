"""Citations of a commitment as text, HTML, BibTeX and RIS, with its address and the day of the record."""

from dataclasses import dataclass, field
from datetime import date
from typing import Self

from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from commitments.models import Commitment
from foundation.clock import today

BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "%": r"\%",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


@dataclass(frozen=True)
class Citation:
    """The data of a citation of a commitment, as of a day."""

    lead: str
    acronym: str
    year: int
    title: str
    reference: str
    address: str
    day: date
    withdrawn_on: date | None = field(default=None, kw_only=True)

    @classmethod
    def of(cls, commitment: Commitment, address: str, day: date | None = None) -> Self:
        """Return the citation; `address` is that of the page, to which the day is added."""
        lead, withdrawal = commitment.lead, commitment.withdrawal_on(day)
        return cls(
            lead=_one_line(getattr(lead, "name", str(lead))),
            acronym=_one_line(str(lead)),
            year=commitment.published_on.year,
            title=_one_line(commitment.title).rstrip("."),
            reference=commitment.reference,
            address=f"{address}?as_of={day.isoformat()}" if day else address,
            day=day or today(),
            withdrawn_on=withdrawal.withdrawn_on if withdrawal else None,
        )

    @property
    def plain(self) -> str:
        return self._sentence % self._values

    @property
    def html(self) -> SafeString:
        """Return the citation as HTML, where the title has its own text direction."""
        values = {name: conditional_escape(value) for name, value in self._values.items()}
        return mark_safe(self._sentence % (values | {"title": format_html("<bdi>{}</bdi>", self.title)}))  # noqa: S308

    @property
    def _sentence(self) -> str:
        text = _(
            "%(lead)s (%(year)s). %(title)s. GMG HLD follow-up portal, %(reference)s. "
            "%(address)s (as the record stood on %(day)s)."
        )
        if self.withdrawn_on:
            text = _(
                "%(lead)s (%(year)s). %(title)s (withdrawn on %(withdrawn)s). GMG HLD follow-up portal, "
                "%(reference)s. %(address)s (as the record stood on %(day)s)."
            )
        return text

    @property
    def _values(self) -> dict[str, str | int]:
        return {
            "lead": self.acronym,
            "year": self.year,
            "title": self.title,
            "reference": self.reference,
            "address": self.address,
            "day": self._day,
            "withdrawn": self._withdrawn,
        }

    @property
    def bibtex(self) -> str:
        """Return a BibTeX entry; doubled braces prevent that BibTeX splits the name or changes the title's case."""
        fields = {
            "author": f"{{{self.lead.translate(BIBTEX)}}}",
            "title": f"{{{self.title.translate(BIBTEX)}}}",
            "year": str(self.year),
            "howpublished": self._portal.translate(BIBTEX),
            "note": self._standing.translate(BIBTEX),
            "url": self.address,
            "urldate": self.day.isoformat(),
        }
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
        return f"@misc{{{self._key},\n{lines}\n}}\n"

    @property
    def ris(self) -> str:
        """Return a RIS record. A name with a comma is replaced by the acronym: a comma in AU separates names."""
        lines = [
            ("TY", "ELEC"),
            ("ID", self._key),
            ("AU", self.acronym if "," in self.lead else self.lead),
            ("TI", self.title),
            ("PY", str(self.year)),
            ("PB", self._portal),
            ("N1", self._standing),
            ("UR", self.address),
            ("Y2", f"{self.day:%Y/%m/%d}/"),
            ("ER", ""),
        ]
        return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)

    @property
    def _key(self) -> str:
        return self.reference

    @property
    def _day(self) -> str:
        return date_format(self.day)

    @property
    def _withdrawn(self) -> str:
        return date_format(self.withdrawn_on) if self.withdrawn_on else ""

    @property
    def _portal(self) -> str:
        return _("GMG HLD follow-up portal")

    @property
    def _standing(self) -> str:
        params = {"reference": self.reference, "day": self._day, "withdrawn": self._withdrawn}
        if self.withdrawn_on:
            return _("%(reference)s, withdrawn on %(withdrawn)s, as the record stood on %(day)s") % params
        return _("%(reference)s, as the record stood on %(day)s") % params


def _one_line(text: str) -> str:
    return " ".join(text.split())
