"""Notifications of the people concerned, and the mails that deliver them.

Imports `commitments` and what lies below it.
Start with `kinds`, which declares each kind; then `events`, which creates notifications in the transaction of each
event, and `digests`, which mails them.
"""
