"""Formats of dates, times and numbers by language, for Django's `FORMAT_MODULE_PATH`."""
