"""Commitments: what an agency or a group undertook, with partners, milestones and stakeholders; the review workflow.

Imports `workgroups`, `recommendations`, the packages below them and `foundation`.
Start with `models`, then `workflow` and `permissions`. What becomes of a commitment is in `reporting`.
"""
