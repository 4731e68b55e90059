"""API for agencies' own systems, with a token: drafts of reports, their evidence, and their submission."""
