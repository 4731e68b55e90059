"""Notifications of the people concerned, and the mails that deliver them.

Imports the models of `reporting`, `commitments`, `accounts` and what lies below.
Start with `kinds`, which declares each kind; then `events`, which creates notifications in the transaction of an event
or on the day that brings them about, and `digests`, which mails them.
"""
