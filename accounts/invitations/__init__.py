"""The page of an invitation, on which a person makes their account. `accounts.actions.invitations` does the work."""
