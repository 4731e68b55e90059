import re
from pathlib import Path

from django.conf import settings

from tests import second_server


def text_of(path):
    return Path(settings.BASE_DIR, path).read_text()


def test_files_and_tests_are_there():
    """A test that was renamed or taken away would else be left out in silence."""
    missing = [
        f"{path}::{name}"
        for path, names in second_server.TESTS.items()
        for name in names
        if not re.search(rf"^def {name}\(", text_of(path), re.MULTILINE)
    ]

    assert missing == []
    assert [path for path in second_server.FILES if not Path(settings.BASE_DIR, path).is_file()] == []
    assert not set(second_server.FILES) & set(second_server.TESTS)


def test_make_asks_for_the_marked_tests():
    assert f"-m '{second_server.MARKED}'" in text_of("Makefile")
