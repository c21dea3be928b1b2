"""The Python environments of the tools."""

import sys

from tools.devtool import venv


def test_one_python_by_two_names(tmp_path, monkeypatch):
    """Measurements, which another name of the same Python runs, had all templates of databases made
    anew, and so had the tests after them."""
    monkeypatch.setattr(venv, "base_python", lambda: sys.executable)
    key = venv.RUNTIME.key
    link = tmp_path / "python3"
    link.symlink_to(sys.executable)
    monkeypatch.setattr(venv, "base_python", lambda: str(link))
    assert venv.RUNTIME.key == key
