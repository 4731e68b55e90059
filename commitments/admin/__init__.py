"""The editors' side of commitments: importing a module registers its tables."""

from commitments.admin import assessment, autosave, commitment, contribution, correction, cycle, notice, parts, report

__all__ = ["assessment", "autosave", "commitment", "contribution", "correction", "cycle", "notice", "parts", "report"]
