import re
import runpy
import tempfile
from pathlib import Path

from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.tests import HttpCase, tagged
from odoo.tools.convert import convert_xml_import

DOCS = Path(__file__).resolve().parents[2] / "docs"


def blocks(lang):
    """The indented blocks of the page for integrators."""
    text = (DOCS / lang / "integrators.md").read_text()
    found = re.findall(r"(?:^(?:    .*)?\n)+", text, re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in found if block.strip()]


@tagged("post_install", "-at_install")
class TestIntegrators(GradingCase, HttpCase):
    """What stands on the page for integrators is carried out as it stands there."""

    def test_calls_of_the_page(self):
        """Somebody copies the calls of the handbook, and the first one ends in an error."""
        program = self._create_program(domain=OWN)
        buyers = [self._create_own_customer(f"Buyer {n}", (30, 21000)) for n in range(2)]
        self._grade()
        metric = self.env["customer.tier.metric"].create(
            {"name": "Rating", "code": "rating_elsewhere", "kind": "manual"}
        )
        standings = [self._standing(buyer) for buyer in buyers]
        for number, lang in enumerate(("en", "zh_CN")):
            (code,) = (block for block in blocks(lang) if "import xmlrpc.client" in block)
            for old, new in {
                '"https://odoo.example.com", "db", "api", "key"': repr(
                    (self.base_url(), self.env.cr.dbname, self.officer.login, self.officer.login)
                )[1:-1],
                '"partner_id": 42, "metric_id": 7': f'"partner_id": {buyers[number].id}, '
                f'"metric_id": {metric.id}',
                "[[11, 12]]": repr([[standing.id for standing in standings]]),
                'call(db, uid, key, "customer.tier.standing", "search_read"': "found = call("
                'db, uid, key, "customer.tier.standing", "search_read"',
            }.items():
                self.assertEqual(code.count(old), 1, old)
                code = code.replace(old, new)
            with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
                file.write(code)
                file.flush()
                with self.allow_requests(all_requests=True):
                    done = runpy.run_path(file.name)
            gold = {row["partner_id"][0]: row["amount"] for row in done["found"]}
            self.assertEqual(gold.get(buyers[0].id), 21000)
        self.env.invalidate_all()
        values = self.env["customer.tier.value"].search([("metric_id", "=", metric.id)])
        self.assertEqual(values.mapped("value"), [4.5, 4.5])
        self.assertTrue(program.standing_count)

    def test_metric_of_the_page(self):
        """The record that the handbook gives as an example cannot be loaded."""
        for lang in ("en", "zh_CN"):
            (xml,) = (block for block in blocks(lang) if "<record" in block)
            self.env["customer.tier.metric"].search([("code", "=", "service_hours")]).unlink()
            with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
                file.write(f"<odoo>{xml}</odoo>")
                file.flush()
                convert_xml_import(self.env, "test_customer_tiering", file.name)
            metric = self.env["customer.tier.metric"].search([("code", "=", "service_hours")])
            self.assertEqual(metric.window_months, 12)
            # Its model is not there, so it sleeps.
            self.assertTrue(metric.availability)
