"""Notifications: who hears of what, and the mails that tell it.

Imports `commitments` and what lies below it.
Start with `events`, which note who is to be told, in the transaction of the event itself, then `digests`, which sends.
"""
