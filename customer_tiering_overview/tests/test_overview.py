from dateutil.relativedelta import relativedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import OverviewCase


@tagged("post_install", "-at_install")
class TestOverview(OverviewCase):
    """Five customers, of whom one rises to Silver this month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last = cls.month - relativedelta(months=1)
        cls.rising = cls._create_own_customer("Rising")
        cls._create_order(cls.rising, 400, date=cls.last)
        for number in range(3):
            partner = cls._create_own_customer(f"Bronze {number}", user_id=cls.salesperson.id)
            cls._create_order(partner, 100, date=cls.last)
        gold = cls._create_own_customer("Gold")
        cls._create_order(gold, 6000, date=cls.last - relativedelta(days=1))
        cls._grade(as_of=cls.last)
        cls._create_order(cls.rising, 800, date=cls.month)
        cls._grade()
        for n in (2, 1, 0):
            cls.Snapshot._take(cls.company, cls.month - relativedelta(months=n))

    def _page(self, user=None, **chosen):
        return self.Overview.with_user(user or self.manager).read_page(chosen)

    def _card(self, page, label):
        return next(card for card in page["cards"] if card["label"] == label)

    def _opened(self, name, key, **chosen):
        action = self.Overview.with_user(self.manager).open_figure(name, key, chosen)
        return self.env[action["res_model"]].with_user(self.manager).search(action["domain"])

    def test_beside_the_month_before(self):
        """What is said of the period before is of another one."""
        page = self._page(months=0)
        self.assertEqual(self._card(page, "Revenue")["value"], "800\u00a0€")
        self.assertEqual(self._card(page, "Revenue")["before"], "700\u00a0€")
        self.assertEqual(self._card(page, "Promoted")["value"], "1")
        self.assertEqual(self._card(page, "Promoted")["before"], "0")
        self.assertEqual(self._card(page, "Customers in tiers")["value"], "5")
        silver = next(row for row in page["tiers"] if row["name"] == "Silver")
        # All of this month's 800; of the 700 before, it had nothing.
        self.assertEqual(silver["cells"][2]["value"], "100.0 %")
        self.assertEqual(silver["cells"][2]["before"], "0.0 %")
        page = self._page(months=1)
        self.assertEqual(self._card(page, "Revenue")["value"], "700\u00a0€")
        self.assertEqual(self._card(page, "Revenue")["before"], "6,000\u00a0€")

    def test_every_number_opens_what_it_counts(self):
        """A number says twelve, and the list behind it has eleven."""
        for months in (0, 1, 3):
            page = self._page(months=months)
            for card in page["cards"]:
                records = self._opened(*card["open"], months=months)
                with self.subTest(card["label"], months=months):
                    if records._name == "customer.tier.snapshot":
                        continue
                    self.assertEqual(card["value"], str(len(records)))
            for row in page["tiers"]:
                for cell in row["cells"]:
                    records = self._opened(*cell["open"], months=months)
                    if records._name != "customer.tier.snapshot":
                        self.assertEqual(cell["value"], str(len(records)), (row, cell))
                amount = self._opened(*row["cells"][1]["open"], months=months)
                said = row["cells"][1]["value"].replace(",", "")
                self.assertEqual(said, f"{sum(amount.mapped('amount')):.0f}\u00a0€")

    def test_every_bar_opens_what_it_counts(self):
        """A click on a bar shows another month, or another tier."""
        names = {"snapshot": "customer_count"}
        for chart in self._page()["charts"]:
            for series in chart["datasets"]:
                for month, value in zip(chart["months"], series["data"], strict=True):
                    records = self._opened(chart["open"], {**series["key"], "month": month})
                    if "Revenue" in chart["title"]:
                        self.assertEqual(round(sum(records.mapped("amount"))), value)
                    elif chart["open"] in names and "rate" not in chart["title"]:
                        number = sum(records.mapped("customer_count"))
                        self.assertEqual(number, value, (chart["title"], month, series["label"]))
                    elif chart["open"] in ("moves", "reminders"):
                        self.assertEqual(len(records), abs(value), (chart["title"], month))

    def test_months_without_moves(self):
        """A month in which nobody moved is left out, and two that did stand side by side."""
        chart = next(c for c in self._page()["charts"] if c["open"] == "moves")
        self.assertEqual(len(chart["months"]), 13)
        up = next(s for s in chart["datasets"] if s["key"] == {"of": "up_count"})
        self.assertEqual(up["data"], [0] * 12 + [1])

    def test_colours_of_the_tiers(self):
        """Gold is gold on customers and blue on the page."""
        self.gold.color = 3
        page = self._page()
        row = next(row for row in page["tiers"] if row["id"] == self.gold.id)
        self.assertEqual(row["color"], 3)
        series = next(s for s in page["charts"][0]["datasets"] if s["label"] == "Gold")
        self.assertEqual(series["color"], 3)

    def test_filters(self):
        """A salesperson's page shows everybody's customers."""
        page = self._page(user_id=self.salesperson.id, months=1)
        self.assertEqual(self._card(page, "Customers in tiers")["value"], "3")
        self.assertEqual(self._card(page, "Revenue")["value"], "300\u00a0€")
        other = self._create_program(tiers=["Other"], domain=[("id", "=", 0)])
        page = self._page(program_id=other.id, months=1)
        self.assertEqual(self._card(page, "Customers in tiers")["value"], "0")
        self.assertEqual(self._card(page, "Revenue")["value"], "0\u00a0€")

    def test_nothing_known_before(self):
        """A new company is told that it had no customers the year before."""
        page = self._page(months=12)
        self.assertEqual(self._card(page, "Revenue")["before"], "")
        self.assertFalse(any(cell["before"] for row in page["tiers"] for cell in row["cells"]))

    def test_nothing_at_all(self):
        """A company that nobody has graded gets an error."""
        page = self._page(
            self._create_user("b", "customer_tiering.group_manager", company_id=self.company_b.id)
        )
        self.assertTrue(page["empty"])

    def test_bad_choices(self):
        """Whatever a client sends ends in a trace, or is taken for everything."""
        for chosen in ({"months": 7}, {"months": "x"}, {"program_id": "x"}, [], None):
            with self.subTest(chosen), self.assertRaises(UserError):
                self.Overview.with_user(self.manager).read_page(chosen)
        for name, key in (("nothing", {}), ("tier", []), ("snapshot", {"month": "soon"})):
            with self.subTest(name), self.assertRaises(UserError):
                self.Overview.with_user(self.manager).open_figure(name, key, {})

    def test_another_currency(self):
        """Euros and dollars of two companies are added up."""
        dollars = self.env.ref("base.USD")
        dollars.active = True
        self.company_b.currency_id = dollars
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollars.id,
                "company_id": self.company.id,
                "rate": 2.0,
                "name": self.last - relativedelta(years=1),
            }
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollars.id,
                "company_id": self.company_b.id,
                "rate": 2.0,
                "name": self.last - relativedelta(years=1),
            }
        )
        self._create_program(tiers=["B"], company=self.company_b, domain=[])
        partner = self._create_customer("Of B", company_id=self.company_b.id)
        self._create_order(partner, 1000, date=self.last, company=self.company_b)
        self._grade(company=self.company_b)
        self.Snapshot._take(self.company_b, self.last)
        self.manager.company_ids |= self.company_b
        both = self.Overview.with_user(self.manager).with_context(
            allowed_company_ids=[self.company.id, self.company_b.id]
        )
        rows = self.Snapshot.search([("company_id", "=", self.company_b.id)])
        self.assertEqual(sum(rows.mapped("amount")), 1000)
        page = both.read_page({"months": 1})
        self.assertIn("1,200", self._card(page, "Revenue")["value"])
