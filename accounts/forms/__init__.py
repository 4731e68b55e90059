"""The base class of all forms of accounts, and forms that have an effect only once however often they are sent.

Imports `accounts.models`. Start with `base`; `idempotent` serves the forms of other apps as well.
"""
