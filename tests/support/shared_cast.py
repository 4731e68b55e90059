"""The cast of conftest.py with module scope: `ilo, iom = shared_cast.ilo, shared_cast.iom` in a file replaces the
fixtures of these names there.

All tests of the file get the same object, so a test that changes it needs a copy (`copy.deepcopy`). A shared fixture's
own fixtures must be shared in the file too.
"""

import inspect

import pytest

from tests import conftest


def of_file(fixture):
    """Return a module-scoped version of a fixture."""
    make = inspect.unwrap(fixture)
    names = [name for name in inspect.signature(make).parameters if name != "db"]

    @pytest.fixture(scope="module", name=make.__name__)
    def shared(request, module_db):
        rows = {name: request.getfixturevalue(name) for name in names}
        if "db" in inspect.signature(make).parameters:
            rows["db"] = None
        with module_db.unblock():
            return make(**rows)

    return shared


ilo = of_file(conftest.ilo)
iom = of_file(conftest.iom)
ohchr = of_file(conftest.ohchr)
undesa = of_file(conftest.undesa)
data_and_research = of_file(conftest.data_and_research)
decent_work = of_file(conftest.decent_work)
administrator = of_file(conftest.administrator)
secretariat = of_file(conftest.secretariat)
ilo_focal_point = of_file(conftest.ilo_focal_point)
ilo_alternate = of_file(conftest.ilo_alternate)
iom_focal_point = of_file(conftest.iom_focal_point)
undesa_focal_point = of_file(conftest.undesa_focal_point)
ohchr_focal_point = of_file(conftest.ohchr_focal_point)
outsider = of_file(conftest.outsider)
points = of_file(conftest.points)
commitment = of_file(conftest.commitment)
draft = of_file(conftest.draft)
cycle = of_file(conftest.cycle)
