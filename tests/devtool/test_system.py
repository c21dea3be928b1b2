"""What the tools ask the machine."""

import pytest

from tools.devtool import system


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
