"""What the tools ask the machine."""

import pytest

from tools.devtool import odoo_source, system
from tools.devtool.console import Failure


@pytest.mark.parametrize("file", ["memory.max", "memory/memory.limit_in_bytes"])
def test_memory_of_a_container(tmp_path, monkeypatch, file):
    """The server took a quarter of the host's memory inside a small container."""
    monkeypatch.setattr(system, "CGROUP", tmp_path)
    whole = system.memory()
    assert whole > 1024**2
    limit = tmp_path / file
    limit.parent.mkdir(exist_ok=True)
    limit.write_text("1048576\n")
    assert system.memory() == 1024**2
    limit.write_text("max\n")
    assert system.memory() == whole


def test_ubuntu_is_told_where_odoo_may_come_from(monkeypatch):
    """On Ubuntu `./dev run` ended without a word on what to do, while the handbook said that it
    needs nothing else."""
    monkeypatch.setattr(odoo_source, "os_release", lambda: {"ID": "ubuntu"})
    monkeypatch.delenv("DEBIAN_MIRROR", raising=False)
    with pytest.raises(Failure) as refused:
        odoo_source.mirror()
    assert "ODOO_SRC" in refused.value.advice
    assert "DEBIAN_MIRROR" in refused.value.advice
    monkeypatch.setenv("DEBIAN_MIRROR", "http://debian.mirror.example/debian")
    assert odoo_source.mirror() == "http://debian.mirror.example/debian"


def test_ubuntu_goes_on_without_a_browser(monkeypatch, capsys):
    """Ubuntu's package of the browser needs a running snapd: installing it ended the set-up."""
    monkeypatch.setattr(system, "os_release", lambda: {"ID": "ubuntu"})
    monkeypatch.setattr(system, "browser", lambda: None)
    system.ensure([system.BROWSER])
    assert "browser tours will be skipped" in capsys.readouterr().out
