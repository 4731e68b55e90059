"""Parameters of tests that try many cases, of which `make test-fast` runs the first only."""

from collections.abc import Iterable

import pytest


def first_fast(cases: Iterable, fast: int = 1) -> list:
    """Return the cases for `parametrize`, with all but the first ones marked as exhaustive.

    A case of several parameters is a tuple, and so a case that is itself a tuple must be wrapped in one.
    """
    cases = list(cases)
    rest = [case if isinstance(case, tuple) else (case,) for case in cases[fast:]]
    return [*cases[:fast], *(pytest.param(*case, marks=pytest.mark.exhaustive) for case in rest)]
