"""What `./dev lint` finds wrong in a house that is not ours."""

import pytest

from tools.devtool import house

CORE = "customer_tiering"
PART = f"{CORE}_part"
EXTENSION = """
<record id="{id}" model="ir.ui.view">
    <field name="inherit_id" ref="{parent}" />
    {more}
</record>
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes files into two addons that are all there is."""

    def write(name, text):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    folders = [tmp_path / CORE, tmp_path / PART]
    monkeypatch.setattr(house, "ROOT", tmp_path)
    monkeypatch.setattr(house, "addons", lambda: folders)
    monkeypatch.setattr(house, "test_addons", list)
    monkeypatch.setattr(house, "others", lambda: [PART])
    return write


def test_models_have_files_of_their_names(write):
    """Nobody finds the second file of a model; helpers of a model may stand in its file."""
    write(f"{CORE}/models/sale_order.py", "class A(B):\n    _inherit = 'sale.order'\n")
    write(f"{CORE}/models/tools.py", "class Span:\n    days = 1\n")
    write(
        f"{CORE}/models/my_line.py",
        "class A(B):\n    _name = 'my.line'\n    _inherit = ['x']\n"
        "class C(B):\n    _name = 'my.other'\n",
    )
    write(f"{CORE}/models/mixed.py", "class A(B):\n    _inherit = ['sale.order', 'mixed']\n")
    write(f"{PART}/wizards/order_credit.py", "class A(B):\n    _inherit = 'sale.order'\n")
    assert house.misnamed_models().splitlines() == [
        f"{CORE}/models/mixed.py holds sale.order",
        f"{PART}/wizards/order_credit.py holds sale.order",
    ]


def test_long_models(write):
    """A file that grows by a line a week is never the one to be divided."""
    write(f"{CORE}/models/short.py", "x = 1\n" * house.LONGEST_MODEL_FILE)
    write(f"{CORE}/models/long.py", "x = 1\n" * (house.LONGEST_MODEL_FILE + 1))
    assert house.long_models().startswith(f"{CORE}/models/long.py has 901 lines")


def test_models_say_what_they_are(write):
    """Readers had to guess from fields what a record of a model is."""
    write(f"{CORE}/models/said.py", "class A(B):\n    'What it is.'\n    _name = 'said'\n")
    write(f"{CORE}/wizards/unsaid.py", "class C(B):\n    _name = 'unsaid'\n")
    assert house.unexplained_models() == f"{CORE}/wizards/unsaid.py: C has no docstring"


def test_own_views_are_not_extended(write):
    """What a form shows stood in three files; a variant of its own (primary) is no extension."""
    views = [
        EXTENSION.format(id="own", parent="form", more=""),
        EXTENSION.format(id="full", parent=f"{PART}.form", more=""),
        EXTENSION.format(id="core", parent=f"{CORE}.form", more=""),
        EXTENSION.format(id="variant", parent="form", more='<field name="mode">primary</field>'),
        '<template id="page" inherit_id="other_page" />',
        '<template id="copy" inherit_id="other_page" primary="True" />',
    ]
    write(f"{PART}/views/all.xml", f"<odoo>{''.join(views)}</odoo>")
    write(f"{PART}/views/broken.xml", "<odoo>")
    found = [line.split(": ")[1] for line in house.own_views_extended().splitlines()]
    assert found == ["own extends form", "full extends form", "page extends other_page"]


def test_core_names_no_sibling(write):
    """The core addon broke where its part was left out; its migrations hand records over."""
    write(f"{CORE}/models/a.py", f"self.env.ref('{PART}.action')\n")
    write(f"{CORE}/migrations/1.1/pre-migration.py", f"move('{PART}')\n")
    write(f"{PART}/models/b.py", f"self.env.ref('{PART}.action')\n")
    assert house.siblings_named() == f"{CORE}/models/a.py names {PART}"


def test_tests_are_listed(write):
    """Odoo's runner passes over what is not imported."""
    write(f"{CORE}/tests/__init__.py", "from . import test_a\n")
    write(f"{CORE}/tests/test_a.py", "")
    write(f"{CORE}/tests/test_b.py", "")
    assert house.unlisted_tests() == f"{CORE}/tests/test_b.py is not imported in tests/__init__.py"


def test_every_addon_has_its_tables(write):
    """An addon with a method, a field or a page of its own had no table of attacks, and nobody
    noticed, as the tables are asked for rows but not for themselves."""
    write(f"{CORE}/models/a.py", "class A(models.Model):\n    _name = 'customer.a'\n")
    write(f"{CORE}/tests/test_a.py", "class T(RightsTests, SecurityCase):\n    pass\n")
    write(
        f"{PART}/models/b.py",
        "class B(models.Model):\n    _inherit = 'sale.order'\n    a = fields.Char(compute='_c')\n"
        "    def action_b(self):\n        pass\n",
    )
    write(f"{PART}/models/c.py", "class C(models.AbstractModel):\n    _name = 'customer.c'\n")
    assert house.untried_doors().splitlines() == [
        f"{PART}/tests has no class of AttackTests, but the addon has computed fields",
        f"{PART}/tests has no class of RpcRightsTests, but the addon has public methods or pages",
    ]
    write(f"{PART}/tests/test_b.py", "class T(AttackTests, RpcRightsTests):\n    pass\n")
    assert house.untried_doors() == ""
