"""Tests that go through all pages, files, feeds and lists of the API at once, for what must be the same in each."""
