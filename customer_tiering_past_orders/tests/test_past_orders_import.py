import csv
import io
from random import Random

from odoo.fields import Date
from odoo.tests import Form, tagged

from .past_order_common import PastOrderCase

DAY = "2006-04-30"


def file_of(customers=60):
    """A file as an old system writes it, of a year and a half that is long over."""
    luck = Random(7)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["order_ref", "customer_id", "order_date", "amount"])
    number = 0
    last = Date.to_date(DAY)
    for customer in range(1, customers + 1):
        for _order in range(luck.randint(1, 6)):
            number += 1
            day = Date.subtract(last, days=luck.randint(0, 500) if number > 1 else 0)
            amount = round(luck.lognormvariate(5, 1.3), 2)
            writer.writerow([f"X{number:05}", f"C{customer:04}", day, amount])
    return out.getvalue()


@tagged("post_install", "-at_install")
class TestImport(PastOrderCase):
    def test_from_a_file_to_graded_customers(self):
        """Somebody with five thousand orders in a file sees nothing graded."""
        self.env["customer.tier.program"].search([]).action_archive()
        text = file_of()
        rows = list(csv.DictReader(io.StringIO(text)))
        file = (
            self.env["base_import.import"]
            .with_user(self.importer)
            .create(
                {
                    "res_model": "customer.past.order",
                    "file": text.encode(),
                    "file_name": "orders.csv",
                    "file_type": "text/csv",
                }
            )
        )
        options = {"has_headers": True, "quoting": '"', "separator": ","}
        preview = file.parse_preview(options)
        self.assertFalse(preview.get("error"))
        # The columns are understood without anybody choosing.
        matched = [preview["matches"][n][0] for n in range(4)]
        self.assertEqual(matched, ["order_ref", "customer", "order_date", "amount"])
        options = {**preview["options"], "has_headers": True}
        result = file.execute_import(matched, preview["headers"], options)
        self.assertFalse(result["messages"])
        past = self.Past.search([("order_ref", "=like", "X%")])
        self.assertEqual(len(past), len(rows))
        self.assertEqual(set(past.mapped("match")), {"missing"})
        past.with_user(self.importer).action_create_customers()
        self.assertEqual(len(past.partner_id), 60)
        with Form(self.env["customer.tier.start"].with_user(self.importer)) as form:
            form.preset = "rfm"
            form.tz = "Europe/Brussels"
        form.record.action_start()
        standings = self.env["customer.tier.standing"].search(
            [("partner_id", "in", past.partner_id.ids)]
        )
        self.assertEqual(len(standings), 60)
        self.assertGreaterEqual(len(standings.tier_id), 3)
        start = Date.subtract(Date.to_date(DAY), years=1)
        amounts = {}
        for row in rows:
            if Date.to_date(row["order_date"]) > start:
                amounts.setdefault(row["customer_id"], 0)
                amounts[row["customer_id"]] += float(row["amount"])
        for standing in standings:
            self.assertAlmostEqual(standing.amount, amounts.get(standing.partner_id.ref, 0), 2)
        self.assertFalse(
            self.env["sale.order"].search_count([("partner_id", "in", past.partner_id.ids)])
        )
