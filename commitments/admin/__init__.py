"""The editors' side of commitments: importing a module registers its tables."""

from commitments.admin import assessment, commitment, contribution, copies, cycle, mistake, notice, parts, report

__all__ = ["assessment", "commitment", "contribution", "copies", "cycle", "mistake", "notice", "parts", "report"]
