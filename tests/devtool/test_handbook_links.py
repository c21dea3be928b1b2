"""Where screens lead in the handbook."""

import re

from tools.devtool import handbook

SCRIPT = handbook.FOLDER.parent / "src" / "handbook" / "handbook.js"


def test_screens_lead_to_pages_that_are_there():
    """“Handbook” on a screen opens an empty page."""
    text = SCRIPT.read_text()
    pages = set(re.findall(r'^    "[\w.]+": "(\w+)",$', text, re.MULTILINE))
    pages |= set(re.findall(r'OTHERS = "(\w+)"', text))
    for views in handbook.ROOT.glob("customer_tiering_start/views/*.xml"):
        pages |= set(re.findall(r'name="customer_tier_handbook" page="(\w+)"', views.read_text()))
    assert len(pages) > 4
    for page in pages:
        for lang in handbook.LANGUAGES:
            assert (handbook.FOLDER / lang / f"{page}.html").exists(), page
