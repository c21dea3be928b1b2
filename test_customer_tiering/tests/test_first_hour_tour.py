import csv
import io
from random import Random

from odoo.fields import Date
from odoo.tests import HttpCase, tagged

LAST = Date.to_date("2006-04-30")
CUSTOMERS, OF_THAT_YEAR = 995, 652


def orders_of_an_old_system():
    """A file of 995 customers until a day that is long ago, of whom 652 ordered in the year before
    it: rows with ``order_ref``, ``customer_id``, ``order_date`` and ``amount``."""
    luck = Random(995)
    rows = []
    for customer in range(1, CUSTOMERS + 1):
        recent = customer <= OF_THAT_YEAR
        for number in range(luck.randint(1, 8)):
            ago = luck.randint(0, 360) if recent and not number else luck.randint(370, 480)
            rows.append(
                {
                    "order_ref": f"OLD{customer:04}-{number}",
                    "customer_id": f"C{customer:04}",
                    "order_date": Date.subtract(LAST, days=0 if not rows else ago),
                    "amount": round(luck.lognormvariate(4, 1), 2),
                }
            )
    return rows


@tagged("post_install", "-at_install")
class TestFirstHour(HttpCase):
    def test_from_a_file_to_graded_customers(self):
        """Somebody with the orders of the old system in a file, a fresh database and the handbook
        gives up before any customer is graded."""
        self.env.company.partner_id.tz = "Europe/Brussels"
        self.env["customer.tier.standing"].search([])._by_system().unlink()
        self.env["customer.tier.program"].search([]).action_archive()
        rows = orders_of_an_old_system()
        file = io.StringIO()
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        self.env["ir.attachment"].create(
            {
                "name": "orders.csv",
                "url": "/first_hour/orders.csv",
                "public": True,
                "mimetype": "text/csv",
                "raw": file.getvalue().encode(),
            }
        )
        self.start_tour(
            "/odoo/customer-tiering-start",
            "customer_tiering_first_hour",
            login="admin",
            timeout=300,
        )
        past = self.env["customer.past.order"].search([("order_ref", "=like", "OLD%")])
        self.assertEqual(len(past), len(rows))
        standings = self.env["customer.tier.standing"].search(
            [("partner_id", "in", past.partner_id.ids), ("program_id", "!=", False)]
        )
        self.assertEqual(len(standings), CUSTOMERS)
        self.assertGreaterEqual(len(standings.tier_id), 3)
        self.assertEqual(sum(standing.amount > 0 for standing in standings), OF_THAT_YEAR)
        self.assertEqual(self.env.company.customer_tier_graded_on, LAST)
