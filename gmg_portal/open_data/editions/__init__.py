"""Editions: frozen copies of the public record on a day, with differences and citations.

Imports the data files beside it.
Start with `publishing`.
"""
