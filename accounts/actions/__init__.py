"""Write actions on invitations, memberships and access tokens: keyword-only, the actor as `by`, and atomic."""
