"""What was changed in a commitment after it had become public, in words."""

from commitments.amendments.history import Amendment, amendments
from commitments.amendments.moments import amended_at
from commitments.amendments.words import Change

__all__ = ["Amendment", "Change", "amended_at", "amendments"]
