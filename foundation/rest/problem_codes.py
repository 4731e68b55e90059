"""Stable codes of the API's errors and their meanings: of a problem, and of each item of its `errors`.

Programs rely on the codes, so a code never changes its meaning. The sentences may be reworded.
"""

from django.utils.translation import gettext_lazy as _

PROBLEMS = {
    "invalid_parameter": _("A parameter of the address, or a value of one, is not known or not allowed."),
    "invalid_request": _("The request or a header of it cannot be read."),
    "unauthenticated": _("No access token was sent, or one that is unknown, expired or revoked."),
    "forbidden": _("The access token does not allow this."),
    "not_found": _("Nothing is found at this address, or a list has no such page."),
    "method_not_allowed": _("The address does not answer this method."),
    "not_acceptable": _("The address answers none of the media types that Accept names."),
    "wrong_state": _("The report is in a state that does not allow this."),
    "draft_exists": _("A report on the same commitment and cycle is open; ‘existing’ is its address."),
    "version_conflict": _("Somebody else changed the report since the version that If-Match names."),
    "too_large": _("The body or the file is too large."),
    "uri_too_long": _("The address has too many characters or parameters."),
    "unsupported_media_type": _("The media type of the body is not taken here."),
    "invalid_field": _("A field of the body, or the report as a whole, breaks a rule."),
    "idempotency_key_reused": _("The Idempotency-Key was sent before with another request."),
    "version_required": _("The change needs the header If-Match."),
    "rate_limited": _("Too many requests came from this address; wait as long as Retry-After says."),
    "internal_error": _("Something went wrong in the portal."),
    "unavailable": _("The database cannot be reached at the moment."),
    "storage_full": _("The disk is full: nothing of the request was saved."),
}
ERRORS = {
    "unknown_parameter": _("The address has no such parameter."),
    "repeated": _("The parameter may be given only once."),
    "empty": _("The parameter, or an item of its list, has no value."),
    "unknown_field": _("There is no such field."),
    "unknown_value": _("The value is none of those that are allowed."),
    "invalid": _("The value cannot be read, or breaks a rule."),
    "invalid_type": _("The value is of another type than the field."),
    "invalid_cursor": _("The cursor belongs to another question, or is none."),
    "out_of_range": _("The value is too small or too great."),
    "too_long": _("The value is too long."),
    "required": _("The field needs a value."),
    "changed": _("Somebody else changed the field; ‘theirs’ and ‘yours’ are the two values."),
}
CODE_BY_STATUS = {
    400: "invalid_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "wrong_state",
    412: "version_conflict",
    413: "too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    422: "invalid_field",
    428: "version_required",
    429: "rate_limited",
    503: "unavailable",
    507: "storage_full",
}
# Error codes of Django's forms and ours; any other is 'invalid'.
FORM_ERROR_CODES = {
    "invalid_choice": "unknown_value",
    "max_length": "too_long",
    "min_value": "out_of_range",
    "max_value": "out_of_range",
    "required": "required",
}
PROBLEM_CHOICES = [(code, code) for code in PROBLEMS]
ERROR_CHOICES = [(code, code) for code in ERRORS]


def form_error_code(form, field: str) -> str:
    """Return the code of the first error of a form's field."""
    codes = [error.code for error in form.errors.as_data().get(field, [])]
    return FORM_ERROR_CODES.get(codes[0], "invalid") if codes else "invalid"
