"""A marked folder makes its commands those of a trial, unless the environment configures an installation."""

import pytest

from gmg_portal.trial.marker import is_marked, write_marker


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "var").mkdir()
    write_marker(tmp_path / "var")
    return tmp_path


def test_marked_folder_is_a_trial(folder):
    assert is_marked({"PATH": "/bin"}, folder)
    assert is_marked({"PORTAL_VAR": str(folder / "var")}, folder / "elsewhere")


@pytest.mark.parametrize("name", ["TRIAL", "SECRET_KEY", "DATABASE_URL", "DEBUG"])
@pytest.mark.parametrize("value", ["", "0", "x"])
def test_configured_environment_is_no_trial(folder, name, value):
    assert not is_marked({name: value}, folder)


def test_folder_without_a_mark_is_no_trial(tmp_path, folder):
    assert not is_marked({}, folder / "var")
    assert not is_marked({"PORTAL_VAR": str(tmp_path)}, folder)
