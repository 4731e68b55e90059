"""Tests of the management commands of `gmg_portal`; those of `run` are in `tests/gmg_portal/trial`."""
