"""What is found wrong in a Dockerfile."""

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
