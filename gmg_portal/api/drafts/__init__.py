"""What an agency's own systems write with a token: drafts of reports, their evidence, and sending them off."""
