"""Addresses that are not part of the public record, by the beginning of their paths."""

# Pages that differ by person.
PERSONAL_PREFIXES = ("/admin/", "/accounts/", "/api/v1/drafts/")
# Beside those, addresses whose content is not part of the public record.
NON_RECORD_PREFIXES = (*PERSONAL_PREFIXES, "/healthz", "/readyz", "/static/")
