"""Signing in, the pages of an account, and access tokens."""
