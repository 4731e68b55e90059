"""The validation errors for refused files, each with what is wrong and what to do."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def content_mismatch() -> ValidationError:
    return ValidationError(
        _(
            "The content of this file is not what its name says, or it is damaged: save it anew from the program that"
            " made it, and choose it again."
        )
    )


def damaged_pdf() -> ValidationError:
    return ValidationError(_("This PDF is damaged or oddly made: save it as a plain PDF/A, and choose it again."))


def several_formats() -> ValidationError:
    return ValidationError(
        _(
            "This file holds more than one format: there is data before its beginning, after its end or hidden in it."
            " Save it anew from the program that made it, and choose it again."
        )
    )


def virus_test_pattern() -> ValidationError:
    return ValidationError(
        _("This file holds the test pattern of virus scanners (EICAR): choose the document that you want to hand in.")
    )


def unpacks_too_large() -> ValidationError:
    return ValidationError(_("This document unpacks to far more than its size: save it anew, and choose it again."))


def contains_macros() -> ValidationError:
    return ValidationError(_("This document holds macros: save it without them, as DOCX or XLSX."))


def password_protected() -> ValidationError:
    return ValidationError(_("This document is locked with a password: save it without one, and choose it again."))


def declares_doctype(part: str) -> ValidationError:
    return ValidationError(
        _(
            "A part of this document, ‘%(part)s’, declares a document type or entities: save it anew in Word or Excel,"
            " or as a plain PDF/A, and choose it again."
        ),
        params={"part": part},
    )


def fetches_external(what: str) -> ValidationError:
    return ValidationError(
        _(
            "This document fetches something from elsewhere when it is opened (%(what)s): break its links to templates,"
            " pictures and other documents, or save it as a plain PDF/A, and choose it again."
        ),
        params={"what": what},
    )


def embeds_object(what: str) -> ValidationError:
    return ValidationError(
        _(
            "This document holds an embedded object (%(what)s): remove it, or save the document as a plain PDF/A,"
            " and choose it again."
        ),
        params={"what": what},
    )


def unsafe_link(target: str) -> ValidationError:
    return ValidationError(
        _(
            "This document holds a link that is not a web or mail address (%(target)s): remove the link,"
            " and choose the document again."
        ),
        params={"target": target[:100]},
    )


def pdf_contains(what: str) -> ValidationError:
    return ValidationError(
        _("This PDF holds %(what)s: save it as a plain PDF/A, and choose it again."), params={"what": what}
    )


def too_many_objects(most: int) -> ValidationError:
    return ValidationError(
        _("This PDF holds more than %(most)s objects: save it as a plain PDF/A or in parts, and choose it again."),
        params={"most": f"{most:,}"},
    )
