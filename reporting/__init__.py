"""Reporting: cycles, reports, evidence, contributions, assessments, answers, corrections, and all workflow actions.

Imports `commitments`, the packages below it and `foundation`.
Start with `models`, then `actions`. `notifications` sends mail, `importers` loads the files of `data/`.
The forms of editors are in the editor area above.
"""
