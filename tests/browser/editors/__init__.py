"""Journeys of editors and reviewers, and what holds on every page of the editor area."""
