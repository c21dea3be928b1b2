from datetime import datetime, time

from dateutil.relativedelta import relativedelta

from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.fields import Command
from odoo.tests import tagged


def spread(first, last, number):
    """So many amounts, evenly from one to another."""
    return [round(first + (last - first) * n / (number - 1), 2) for n in range(number)]


# A hundred customers, half below Silver and a tenth in Gold, none of them near a threshold.
LOW, MIDDLE, HIGH = spread(100, 900, 50), spread(1100, 4500, 40), spread(5600, 9000, 10)
EVEN = [*LOW, *MIDDLE, *HIGH]


@tagged("post_install", "-at_install")
class TestTwelve(GradingCase):
    """Twelve programmes, each with one thing wrong with it."""

    def _program(self, **vals):
        tiers = [
            "Bronze",
            {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
            {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
        ]
        return self._create_program(**{"tiers": tiers, "domain": OWN, **vals})

    def _buy(self, *orders, users=()):
        """Customers, each with orders of (days ago or day, amount)."""
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"Customer {place}",
                    "is_company": True,
                    "company_id": self.company.id,
                    "user_id": users[place].id if users else False,
                }
                for place in range(len(orders))
            ]
        )
        line = {"product_id": self.product.id, "tax_ids": False, "discount": 0.0}
        self.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "state": "sale",
                    "date_order": datetime.combine(self._day(day), time(12)),
                    "order_line": [Command.create({**line, "price_unit": amount})],
                }
                for partner, bought in zip(partners, orders, strict=True)
                for day, amount in bought
            ]
        )
        return partners

    def _day(self, day):
        return self._days_ago(day) if isinstance(day, int) else day

    def _once(self, amounts, ago=40):
        return [[(ago, amount)] for amount in amounts]

    def _found(self, program):
        self.env.flush_all()
        self.env.invalidate_all()
        Advice = self.env["customer.tier.advice"]
        Advice._look_at(program)
        domain = [("program_id", "=", program.id), ("state", "=", "open")]
        return Advice.search(domain)

    def _check(self, code, program):
        """Exactly this is found, and what is tried removes it."""
        advice = self._found(program)
        self.assertEqual(advice.mapped("code"), [code], advice.mapped("what"))
        self.assertTrue(advice.can_try)
        action = advice.with_user(self.officer).action_try()
        scenario = self.env["customer.tier.scenario"].browse(action["res_id"])
        self.assertFalse(scenario.problem)
        scenario.with_user(self.manager).action_apply()
        self.assertFalse(self._found(program).mapped("what"))

    def test_nothing(self):
        """A programme that does well is told that it does not."""
        program = self._program()
        self._buy(*self._once(EVEN))
        self._grade()
        self.assertFalse(self._found(program))

    def test_thin(self):
        program = self._program()
        self._buy(*self._once([*LOW, *spread(1100, 4500, 50)]))
        self._grade()
        self._check("thin", program)

    def test_swollen(self):
        program = self._program()
        self._buy(*self._once([*spread(100, 700, 75), *spread(1100, 4500, 15), *HIGH]))
        self._grade()
        self._check("swollen", program)

    def test_cliff(self):
        program = self._program()
        near = [960.0 + n for n in range(8)]
        self._buy(*self._once([*spread(100, 900, 42), *near, *MIDDLE, *HIGH]))
        self._grade()
        self._check("cliff", program)

    def test_heap(self):
        program = self._program()
        self._buy(*self._once([*LOW, *[1000.0] * 6, *MIDDLE[6:], *HIGH]))
        self._grade()
        self._check("heap", program)

    def test_flapping(self):
        """Above Silver for a month: what made them so leaves the window."""
        program = self._program()
        month = self._days_ago(0).replace(day=1) - relativedelta(months=8)
        orders = [
            (month + relativedelta(years=-1, days=14), 950.0),
            (month - relativedelta(days=10), 100.0),
        ]
        self._buy(*self._once(EVEN[8:]), *[orders] * 8)
        self._grade()
        self._check("flapping", program)

    def test_correlated(self):
        scale = {"scale": "linear", "linear_zero": 0, "linear_full": 10000}
        program = self._program(
            indicators=[
                {"metric": "amount", "weight": 2, **scale},
                {"metric": "average_order", "weight": 1, **scale},
            ]
        )
        self._buy(*self._once(EVEN))
        self._grade()
        self._check("correlated", program)

    def test_never_veto(self):
        program = self._program()
        metric = self._metric("amount")
        veto = {"metric_id": metric.id, "operator": "<", "value": 5}
        program.veto_ids = [Command.create({**veto, "tier_id": program.tier_ids[0].id})]
        self._buy(*self._once(EVEN))
        self._grade()
        self._check("never_veto", program)

    def test_drift(self):
        """Twice as many are in Gold as when its threshold was chosen."""
        program = self._program()
        orders = [
            [(200, amount), (30, 1000.0 + 100 * n)]
            for n, amount in enumerate(spread(4600, 4700, 10))
        ]
        self._buy(*self._once([*LOW, *MIDDLE[:30], *HIGH], ago=200), *orders)
        self._grade()
        program.first_graded_on = self._days_ago(300)
        self._check("drift", program)

    def test_dead_discount(self):
        """Gold has more discount and no better margin, and nobody grows for it."""
        program = self._program()
        program.tier_ids[1].discount, program.tier_ids[2].discount = 5, 10
        missed, inside = spread(4510, 4740, 12), spread(5010, 5490, 12)
        amounts = [*LOW, *spread(1100, 4400, 30), *missed, *inside]
        # Whoever just missed it buys a little more by now.
        more = [[(200, amount), (40, 20.0)] for amount in missed]
        rest = self._once([a for a in amounts if a not in missed], ago=200)
        self._buy(*rest, *more)
        self._grade()
        self._check("dead_discount", program)

    def test_uncovered(self):
        """The lowest tier asks for so much that a tenth of the revenue is in none."""
        tiers = [
            {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
            {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
        ]
        program = self._program(tiers=tiers)
        self._buy(*self._once(EVEN))
        self._grade()
        self._check("uncovered", program)

    def test_never_entry(self):
        """Nothing that can be tried has anybody enter: the rule is opened."""
        program = self._program()
        tag = self.env["res.partner.category"].create({"name": "Nobody's"})
        rule = {"name": "By a tag", "tag_id": tag.id, "tier_id": program.tier_ids[1].id}
        program.entry_rule_ids = [Command.create(rule)]
        self._buy(*self._once(EVEN))
        self._grade()
        advice = self._found(program)
        self.assertEqual(advice.mapped("code"), ["never_entry"])
        action = advice.with_user(self.officer).action_open_subject()
        self.assertEqual((action["res_model"], action["res_id"]), (program._name, program.id))
        program.entry_rule_ids.unlink()
        self.assertFalse(self._found(program))

    def test_unbalanced(self):
        """Whoever has far too many customers is opened with them."""
        program = self._program()
        # Customers of each tier are shared alike.
        users = [self.salesperson, self.officer, self.manager, self.manager] * 25
        theirs = self._buy(*self._once(EVEN), users=users)
        theirs = theirs.filtered(lambda partner: partner.user_id == self.manager)
        self._grade()
        advice = self._found(program)
        self.assertEqual(advice.mapped("code"), ["unbalanced"])
        action = advice.with_user(self.officer).action_open_subject()
        found = self.env["res.partner"].search(action["domain"])
        tier = self.env["customer.tier"].browse(advice.numbers[2])
        of_tier = theirs.filtered(lambda partner: self._standing(partner).tier_id == tier)
        self.assertEqual(found, of_tier.sorted())
        self.assertEqual(advice.numbers[0], len(of_tier))
        self.assertIn(f"customers of “{tier.name}”", advice.what)
        theirs[::5].user_id = self.salesperson
        theirs[1::5].user_id = self.officer
        self.assertFalse(self._found(program))
