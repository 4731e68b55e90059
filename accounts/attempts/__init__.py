"""Attempts at passwords and codes: delays, rates of forms, and warnings to owners. Start with `attempt_limits`."""
