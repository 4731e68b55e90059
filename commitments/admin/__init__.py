"""The editors' side of commitments: importing a module registers its tables."""

from commitments.admin import assessment, commitment, cycle, parts, report

__all__ = ["assessment", "commitment", "cycle", "parts", "report"]
