"""What was changed in a commitment after it had become public, in words."""

from commitments.amendments.history import Amendment, amendments
from commitments.amendments.messages import Change
from commitments.amendments.timestamps import amended_at

__all__ = ["Amendment", "Change", "amended_at", "amendments"]
