"""The models of agencies, imported here so that Django finds them."""

from agencies.models.agency import Agency, FormerName
from agencies.models.chair_term import ChairTerm

__all__ = ["Agency", "ChairTerm", "FormerName"]
