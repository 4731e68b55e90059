"""The ModelAdmin classes of `accounts`; importing this package registers them.

`row_actions` has the buttons above a row's page, `two_roles` the warnings about people who review and also act for an
agency.
"""

from gmg_portal.editors.model_admins.accounts import access_token, attempts, invitation, membership, person

__all__ = ["access_token", "attempts", "invitation", "membership", "person"]
