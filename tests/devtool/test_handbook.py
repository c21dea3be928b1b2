"""The handbook's pages for the web client."""

import re

import pytest

from tools.devtool import handbook


def test_pages_are_those_of_the_markdown():
    """Who follows a link from a screen reads what was true a version ago."""
    assert handbook.stale() == ""


@pytest.mark.parametrize(
    "markdown, expected",
    [
        ("## A & B", "<h2>A &amp; B</h2>"),
        ("*one* **two** `a*b`", "<p><em>one</em> <strong>two</strong> <code>a*b</code></p>"),
        ("1. a\n   b\n2. c", "<ol><li>a b</li><li>c</li></ol>"),
        ("* a\n* b", "<ul><li>a</li><li>b</li></ul>"),
        ("甲\n乙", "<p>甲乙</p>"),
        ("    x < 1", "<pre>x &lt; 1</pre>"),
        ("    a\n\n    b", "<pre>a\n\nb</pre>"),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
        ),
        ("[x](start.md#y)", '<p><a href="start.html#y">x</a></p>'),
        ("[x](../speed.md)", "<p>x</p>"),
        (
            "![p](../../customer_tiering_start/static/handbook/pictures/start.png)",
            '<p><img src="../pictures/start.png" alt="p"></p>',
        ),
    ],
)
def test_what_markdown_becomes(markdown, expected):
    """A page shows asterisks and bars instead of words and tables."""
    assert handbook.to_html(markdown) == expected


def test_links_and_pictures_of_pages_are_there():
    """A page of the handbook leads nowhere, or shows a broken picture."""
    for file in handbook.FOLDER.rglob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"#]+)', file.read_text()):
            if not target.startswith("https://"):
                assert (file.parent / target).resolve().exists(), (file, target)
