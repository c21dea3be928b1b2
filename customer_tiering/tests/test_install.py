import ast
import subprocess
import sys
from itertools import product
from pathlib import Path

from odoo.tests import BaseCase, TransactionCase, tagged

from ..grading.metrics import LINE_MEASURES, MEASURES
from ..presets.data import PRESETS, SEGMENTS

ADDON = Path(__file__).parent.parent


@tagged("post_install", "-at_install")
class TestData(TransactionCase):
    """What is there after installing, with and without demo data."""

    def test_measures_have_formulas(self):
        """A measure that can be chosen but not computed would fail at night."""
        field = self.env["customer.tier.metric"]._fields["measure"]
        self.assertEqual(set(MEASURES), set(field.get_values(self.env)))
        self.assertLess(LINE_MEASURES, set(MEASURES))

    def test_metrics(self):
        """Every measure can be used at once, and says what it means."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "customer_tiering"), ("model", "=", "customer.tier.metric")]
        )
        metrics = self.env["customer.tier.metric"].browse(data.mapped("res_id")).exists()
        self.assertEqual(set(metrics.mapped("measure")), set(MEASURES))
        self.assertTrue(all(metrics.mapped("description")))

    def test_presets_name_existing_metrics(self):
        """A preset that names a metric of another spelling could not be made."""
        codes = set(self.env["customer.tier.metric"].search([]).mapped("code"))
        for name, preset in PRESETS.items():
            used = {indicator[0] for indicator in preset["indicators"]}
            for tier in preset["tiers"]:
                used |= {code for code, _operator, _value in tier.get("conditions", ())}
            with self.subTest(name):
                self.assertLessEqual(used, codes)

    def test_segments_cover_every_score(self):
        """Each of the 125 combinations of R, F and M has a name, and each name customers."""
        scores = range(1, 6)
        met = set()
        for numbers in product(scores, scores, scores):
            fitting = [
                position
                for position, (_name, _color, *box) in enumerate(SEGMENTS)
                if all(low <= n <= high for n, (low, high) in zip(numbers, box, strict=True))
            ]
            self.assertTrue(fitting, f"nobody takes {numbers}")
            met.add(fitting[0])
        self.assertEqual(met, set(range(len(SEGMENTS))))

    def test_unique_in_the_database(self):
        """Constraints with a mistake in them are ignored with a warning at installing; then two
        nightly jobs could give a customer two standings."""
        wanted = {
            "customer_tier_standing_partner_company_unique",
            "customer_tier_metric_code_unique",
            "customer_tier_indicator_rfm_part_unique",
            "customer_tier_indicator_band_value_from_unique",
        }
        self.env.cr.execute(
            "SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
            "WHERE x.indisunique AND i.relname LIKE 'customer%'"
        )
        self.assertLessEqual(wanted, {name for (name,) in self.env.cr.fetchall()})

    def test_every_checked_bound_is_in_the_database(self):
        """The same for the bounds of numbers."""
        self.env.cr.execute(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'customer%'"
        )
        declared = sum(
            type(table_object).__name__ == "Constraint"
            and table_object.get_definition(self.registry).startswith("check")
            for model in self.env.values()
            if model._name.startswith("customer.")
            for table_object in model._table_objects.values()
        )
        self.assertGreater(declared, 5)
        self.assertEqual(self.env.cr.fetchone()[0], declared)


@tagged("post_install", "-at_install")
class TestSources(BaseCase):
    def test_every_test_file_runs(self):
        """A test file that is not imported is never run by Odoo, and nobody notices."""
        files = {path.stem for path in (ADDON / "tests").glob("test_*.py")}
        tree = ast.parse((ADDON / "tests" / "__init__.py").read_text(encoding="utf-8"))
        imported = {
            alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        self.assertEqual(files, imported)

    def test_workers_do_not_carry_pandas(self):
        """Loading the addon must not load pandas: it is 60 MB in every worker that never
        grades."""
        code = (
            "import odoo.addons, sys\n"
            f"odoo.addons.__path__.append({str(ADDON.parent)!r})\n"
            "import odoo.addons.sale_management, odoo.addons.customer_tiering\n"
            "print('pandas' in sys.modules)\n"
        )
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        self.assertEqual(result.stdout.strip(), "False", result.stderr[-2000:])

    def test_workers_do_not_carry_numpy(self):
        """The addon is loaded in every worker, numpy only where something is graded."""
        code = (
            "import odoo.addons, sys\n"
            f"odoo.addons.__path__.append({str(ADDON.parent)!r})\n"
            "import odoo.addons.sale_management\n"
            "import odoo.addons.customer_tiering\n"
            "print('numpy' in sys.modules)\n"
        )
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        self.assertEqual(result.stdout.strip(), "False", result.stderr[-2000:])
