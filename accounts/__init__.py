"""People: who they are, for whom they act, and how they sign in.

Imports `agencies` and `foundation`. allauth, django-axes and Django's sessions do the work; this app holds our rules.
Start with `models`, then `permissions`, which defines the roles, and `sign_in`.
"""
