"""The admin of accounts: each module registers the tables of one subject."""

from accounts.admin import access_token, invitation, membership, person

__all__ = ["access_token", "invitation", "membership", "person"]
