"""Journeys of readers, and what holds on every public page."""
