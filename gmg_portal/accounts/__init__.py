"""Accounts: allauth's sign-in with our rules on passwords, second steps, attempts, sessions and invitations."""
