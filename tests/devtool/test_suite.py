"""How `./dev suite` reads the log of Odoo's runner."""

from tools.devtool.suite import differing, read_outcomes

STAMP = "2026-01-15 10:00:00,000 42"
FILE = "odoo.addons.sale.tests.test_sale"
LOG = f"""\
{STAMP} INFO db {FILE}: Starting TestSale.test_good ...
{STAMP} INFO db {FILE}: Starting TestSale.test_bad ...
{STAMP} INFO db {FILE}: ======================================================================
{STAMP} ERROR db {FILE}: FAIL: TestSale.test_bad
Traceback (most recent call last):
  File "sale.py", line 1, in test_bad
KeyError: 'first'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "sale.py", line 2, in test_bad
    self.assertEqual(1, 2)
AssertionError: 1 != 2
of no interest
{STAMP} INFO db {FILE}: Starting TestSale.test_parts ...
{STAMP} ERROR db {FILE}: FAIL: Subtest TestSale.test_parts (n=1)
Traceback (most recent call last):
  File "sale.py", line 3, in test_parts
AssertionError: part
{STAMP} INFO db {FILE}: Starting TestSale.test_later ...
{STAMP} INFO db {FILE}: skipped TestSale.test_later : needs demo data
{STAMP} ERROR db odoo.tests.suite: ERROR: setUpClass ({FILE}.TestBroken)
Traceback (most recent call last):
  File "sale.py", line 4, in setUpClass
ValueError: no chart
{STAMP} INFO db {FILE}: Starting TestSale.test_last ...
""".splitlines()


def test_outcomes():
    """A failure without its reason, or under a name that the other side does not have."""
    assert read_outcomes(LOG) == {
        "sale.tests.test_sale: TestSale.test_good": ["passed", ""],
        "sale.tests.test_sale: TestSale.test_bad": ["failed", "AssertionError: 1 != 2"],
        "sale.tests.test_sale: TestSale.test_parts": ["failed", "AssertionError: part"],
        "sale.tests.test_sale: TestSale.test_later": ["skipped", "needs demo data"],
        "sale.tests.test_sale: TestBroken": ["failed", "ValueError: no chart"],
        "sale.tests.test_sale: TestSale.test_last": ["passed", ""],
    }


def test_cut_off():
    """The test during which the time ran out counts as passed."""
    assert "sale.tests.test_sale: TestSale.test_last" not in read_outcomes(LOG, complete=False)


def test_not_run_differs():
    """A class that is not even set up with the addon loses its tests without a word."""
    without = {"a": ["passed", ""], "b": ["failed", "x"], "c": ["passed", ""]}
    with_addon = {"a": ["passed", ""], "b": ["failed", "another"], "d": ["failed", ""]}
    assert differing(without, with_addon) == {"c", "d"}
    assert differing(without, with_addon, partly=True) == set(), "what was not reached is unknown"
