"""What is found wrong in a Dockerfile."""

import re

import pytest

from tools.devtool import container


def test_the_dockerfile_is_fine():
    """The image is not built by the tests: what can be read has to be right."""
    assert container.wrong_dockerfile() == ""


@pytest.mark.parametrize(
    "before, after",
    [("FROM odoo:19.0", "FROM odoo:latest"), ("\nUSER odoo", ""), ("RUN apt", "RUM apt")],
)
def test_what_is_wrong_is_found(tmp_path, monkeypatch, before, after):
    """An image of another Odoo, with all rights, or that cannot be built."""
    for name in ("Dockerfile", ".dockerignore"):
        text = (container.ROOT / name).read_text()
        (tmp_path / name).write_text(text.replace(before, after))
    monkeypatch.setattr(container, "ROOT", tmp_path)
    assert container.wrong_dockerfile()


def test_an_installation_may_take_its_time():
    """In the container the installation took longer than the two minutes after which Odoo ends a
    request and starts again, and was left half done."""
    text = (container.ROOT / "compose.yaml").read_text()
    limit = re.search(r'command: \["--limit-time-real=(\d+)"\]', text)
    assert limit and int(limit[1]) >= 900
