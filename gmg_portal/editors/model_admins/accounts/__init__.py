"""The tables of people, memberships, invitations, tokens and failed sign-ins; importing this package registers them.

`row_actions` has the buttons above a row's page, `two_roles` the warnings about people who review and also act for an
agency.
"""

from gmg_portal.editors.tables.accounts import access_token, attempts, invitation, membership, person

__all__ = ["access_token", "attempts", "invitation", "membership", "person"]
