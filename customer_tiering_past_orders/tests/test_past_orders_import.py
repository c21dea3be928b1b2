import csv
import io
from random import Random

import xlsxwriter

from odoo.fields import Date
from odoo.tests import Form, tagged
from odoo.tools import file_open

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
    def _come_in(self, model, content, kind="text/csv"):
        """Import a file as the web client does, by the columns that it proposes.

        :return: list of the fields that the columns were taken for
        """
        file = (
            self.env["base_import.import"]
            .with_user(self.importer)
            .create(
                {
                    "res_model": model,
                    "file": content,
                    "file_name": "rows.csv" if kind == "text/csv" else "rows.xlsx",
                    "file_type": kind,
                }
            )
        )
        options = {"has_headers": True, "quoting": '"', "separator": ","}
        preview = file.parse_preview(options)
        self.assertFalse(preview.get("error"))
        matched = [preview["matches"][n][0] for n in range(len(preview["headers"]))]
        options = {**preview["options"], "has_headers": True}
        result = file.execute_import(list(matched), preview["headers"], options)
        self.assertFalse(result["messages"])
        return matched

    def test_excel(self):
        """The old system writes Excel files, and every row has to be copied into another."""
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out)
        sheet = book.add_worksheet()
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["order_ref", "customer_id", "order_date", "amount"])
        for number in range(1, 4):
            sheet.write(number, 0, f"XL{number}")
            sheet.write(number, 1, self.buyer.name)
            sheet.write_datetime(number, 2, Date.to_date(f"2024-03-0{number}"), days)
            sheet.write(number, 3, 100.5 * number)
        book.close()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        self._come_in("customer.past.order", out.getvalue(), kind)
        rows = self.Past.search([("order_ref", "=like", "XL_")], order="order_ref")
        self.assertEqual(rows.partner_id, self.buyer)
        self.assertEqual(rows.mapped("amount"), [100.5, 201.0, 301.5])
        self.assertEqual(rows[1].order_date, Date.to_date("2024-03-02"))

    def test_templates_come_in(self):
        """Whoever fills in the template as it is gets an error on a row of the template."""
        self.importer.group_ids += self.env.ref("base.group_user")
        for model in ("customer.past.order", "customer.tier.opening"):
            known = self.env[model].search([]).ids
            (template,) = self.env[model].get_import_templates()
            with file_open(template["template"].lstrip("/"), "rb") as file:
                content = file.read()
            matched = self._come_in(model, content)
            self.assertNotIn(False, matched)
            came = self.env[model].search([("id", "not in", known)])
            self.assertEqual(len(came), content.count(b"\n") - 1)

    def test_opening_tiers(self):
        """Members are taken along one by one, by hand."""
        members = [self._create_own_customer(f"Member {n}", ref=f"M{n:03}") for n in range(1, 41)]
        lines = ["Customer in the File,Tier,Member Since,Guaranteed Until"]
        lines += [
            f"M{n:03},{'Gold' if n % 2 else 'Silver'},2024-05-01,2099-12-31" for n in range(1, 41)
        ]
        self._come_in("customer.tier.opening", "\n".join(lines).encode())
        self._grade()
        for number, member in enumerate(members, start=1):
            standing = self._standing(member)
            self.assertEqual(standing.tier_id.name, "Gold" if number % 2 else "Silver")
            self.assertEqual(standing.tier_since, Date.to_date("2024-05-01"))

    def test_from_a_file_to_graded_customers(self):
        """Somebody with five thousand orders in a file sees nothing graded."""
        self.env["customer.tier.program"].search([]).action_archive()
        text = file_of()
        rows = list(csv.DictReader(io.StringIO(text)))
        # The columns are understood without anybody choosing.
        matched = self._come_in("customer.past.order", text.encode())
        self.assertEqual(matched, ["order_ref", "customer", "order_date", "amount"])
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
