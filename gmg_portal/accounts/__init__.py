"""Signing in: allauth's ways, with our rules on passwords, second steps, counts of tries, sessions and invitations."""
