"""Formats of dates, times and numbers in English."""
