"""Notifications: notices for the people concerned, and the mails that deliver them.

Imports `commitments` and what lies below it.
Start with `events`, which creates notices in the transaction of each event, then `digests`, which mails them.
"""
