"""Signing in and out, and passwords. Imports `attempts` and `second_step`. Start with `adapter`."""
