"""The handbook: links resolve, both languages have the same pages."""

import re

import pytest

from tools.devtool.paths import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def anchors(page):
    """What one can link to inside a page."""
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for title in HEADING.findall(page.read_text())
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page):
    """Whoever looks for help finds a page that is not there."""
    for link in LINK.findall(page.read_text()):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), link


def test_both_languages_have_the_same_pages():
    """A page that exists in one language only."""
    english, chinese = (
        {page.name for page in (DOCS / lang).glob("*.md")} for lang in ("en", "zh_CN")
    )
    assert english == chinese


@pytest.mark.parametrize("page", sorted((DOCS / "en").glob("*.md")), ids=lambda page: page.name)
def test_both_languages_say_as_much(page):
    """A section was written in English and forgotten in Chinese."""
    twin = DOCS / "zh_CN" / page.name
    counts = [
        (text.count("\n## "), text.count("\n    "), text.count("]("))
        for text in (page.read_text(), twin.read_text())
    ]
    assert counts[0] == counts[1]


def test_the_readme_is_short():
    """Nobody reads past the second screen."""
    assert len((ROOT / "README.md").read_text().splitlines()) <= 80
