"""Where screens lead in the handbook."""

import re

from tools.devtool import handbook

SCRIPT = handbook.FOLDER.parent / "src" / "handbook" / "handbook.js"


def _pages_of_models():
    return dict(re.findall(r'^    "([\w.]+)": "(\w+)",$', SCRIPT.read_text(), re.MULTILINE))


def _records(model):
    """The texts of records of a model, in all our addons."""
    pattern = re.compile(
        rf'<record id="[\w.]+" model="{re.escape(model)}"[^>]*>(.*?)</record>', re.S
    )
    for file in handbook.ROOT.glob("customer_tiering*/*/*.xml"):
        yield from pattern.findall(file.read_text())


def test_every_screen_of_ours_has_its_page():
    """Whoever is new looks for help on a list of approvals and lands on a page about calls, or
    finds nothing."""
    known = _pages_of_models()
    shown = {
        found[1]
        for text in _records("ir.ui.view")
        if "inherit_id" not in text
        and re.search(r"<(form|list|kanban|pivot|graph|calendar)\b", text)
        and (found := re.search(r'name="model">(customer\.[\w.]+)<', text))
    }
    assert len(shown) > 50
    assert shown - set(known) == set(), "models without a page"
    assert {model for model in known if model.startswith("customer.")} - shown == set()


def test_actions_on_other_records_say_their_page():
    """A report of ours on Odoo's own records has no way to the handbook."""
    known = set(_pages_of_models())
    for text in _records("ir.actions.act_window"):
        model = re.search(r'name="res_model">([\w.]+)<', text)[1]
        page = re.search(r"'customer_tier_handbook': '(\w+)'", text)
        assert model in known or page, text
        for lang in handbook.LANGUAGES:
            assert not page or (handbook.FOLDER / lang / f"{page[1]}.html").exists(), page


def test_screens_lead_to_pages_that_are_there():
    """“Handbook” on a screen opens an empty page."""
    pages = set(_pages_of_models().values())
    for views in handbook.ROOT.glob("customer_tiering_start/views/*.xml"):
        pages |= set(re.findall(r'name="customer_tier_handbook" page="(\w+)"', views.read_text()))
    assert len(pages) > 4
    for page in pages:
        for lang in handbook.LANGUAGES:
            assert (handbook.FOLDER / lang / f"{page}.html").exists(), page
