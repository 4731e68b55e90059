"""The models of the register, imported here so that Django finds them."""

from register.standings.models import PendingRebuild, Standing

__all__ = ["PendingRebuild", "Standing"]
