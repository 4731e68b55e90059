"""Amendments: the changes of a commitment after its publication, as sentences.

Imports the models of `commitments` and what lies below it.
Start with `history`, which finds the changes; `timestamps` finds when commitments were last amended.
"""

from reporting.amendments.history import Amendment, amendments
from reporting.amendments.messages import DescribedChange
from reporting.amendments.timestamps import amended_at

__all__ = ["Amendment", "DescribedChange", "amended_at", "amendments"]
