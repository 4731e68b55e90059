"""Signing in: allauth's ways, with our rules on passwords, second steps, lockouts, sessions and invitations."""
