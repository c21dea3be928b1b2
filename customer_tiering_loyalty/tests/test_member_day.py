from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.addons.customer_tiering.explain.benefits import of_tier
from odoo.addons.customer_tiering.tests.sale_common import SaleOrderCommon
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..hooks import uninstall_hook
from ..member_dates import MemberDay


@tagged("post_install", "-at_install")
class TestDates(BaseCase):
    """On which days member days fall."""

    def test_monthly(self):
        """The 31st was left out in short months, or a day that was on was told for next month."""
        eighth = MemberDay(1, "monthly", 1, 8, 1)
        last = MemberDay(2, "monthly", 1, 31, 3)
        for day, today, expected in (
            (eighth, date(2026, 3, 7), date(2026, 3, 8)),
            (eighth, date(2026, 3, 8), date(2026, 3, 8)),
            (eighth, date(2026, 12, 9), date(2027, 1, 8)),
            (last, date(2026, 2, 27), date(2026, 2, 28)),
            (last, date(2026, 3, 2), date(2026, 2, 28)),
            (last, date(2026, 3, 3), date(2026, 3, 31)),
        ):
            with self.subTest(day=day, today=today):
                self.assertEqual(day.next(today), expected)
                self.assertEqual(day.is_on(today), expected <= today)

    def test_yearly(self):
        """A day around New Year ended with the year; 29 February came every fourth year."""
        eve = MemberDay(1, "yearly", 12, 30, 5)
        leap = MemberDay(2, "yearly", 2, 29, 1)
        self.assertEqual(eve.next(date(2027, 1, 3)), date(2026, 12, 30))
        self.assertEqual(eve.next(date(2027, 1, 4)), date(2027, 12, 30))
        self.assertEqual(leap.next(date(2027, 1, 1)), date(2027, 2, 28))
        self.assertEqual(leap.next(date(2028, 2, 1)), date(2028, 2, 29))

    def test_anniversary(self):
        """The first order was its own anniversary; who never ordered had one."""
        day = MemberDay(1, "first_order", 1, 1, 1)
        self.assertIsNone(day.next(date(2026, 5, 5)))
        self.assertEqual(day.next(date(2026, 5, 5), date(2026, 5, 5)), date(2027, 5, 5))
        self.assertTrue(day.is_on(date(2026, 5, 5), date(2020, 5, 5)))


@tagged("post_install", "-at_install")
class TestMemberDay(SaleOrderCommon):
    """Promotions that follow a member day, and what customers read of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).action_archive()
        cls.today = cls.env["customer.tier.day"]._today(cls.company)

    def _day(self, **vals):
        vals = {"name": "Member day", "company_id": self.company.id, **vals}
        return self.env["customer.tier.day"].create(vals)

    def _promotion(self, day, **vals):
        return self.env["loyalty.program"].create(
            {
                "name": "On the Day",
                "program_type": "promotion",
                "trigger": "auto",
                "applies_on": "current",
                "company_id": self.company.id,
                "customer_day_id": day.id,
                "rule_ids": [Command.create({})],
                "reward_ids": [Command.create({"reward_type": "discount", "discount": 5})],
                **vals,
            }
        )

    def _offered(self, order):
        order._update_programs_and_rewards()
        rewards = order._get_claimable_rewards()
        return {reward.program_id for found in rewards.values() for reward in found}

    def test_dated(self):
        """A member day's promotion had to be dated by hand, month after month."""
        coming = self.today + timedelta(days=3)
        day = self._day(day_of_month=coming.day, days=2)
        promotion = self._promotion(day)
        self.assertEqual(promotion.date_from, day.next_date)
        self.assertEqual(promotion.date_to, day.next_date + timedelta(days=1))
        self.assertNotIn(promotion, self._offered(self._quote()))
        day.day_of_month = self.today.day
        self.assertEqual(promotion.date_from, self.today)
        self.assertIn(promotion, self._offered(self._quote()))

    def test_dated_anew(self):
        """After the day the promotion had ended for good."""
        promotion = self._promotion(self._day(day_of_month=self.today.day))
        last = self.today - relativedelta(months=1)
        promotion.write({"date_from": last, "date_to": last})
        self.env["customer.tier.day"]._cron_follow()
        self.assertEqual(promotion.date_from, self.today)

    def test_of_a_tier(self):
        """Gold's member day was everybody's."""
        day = self._day(day_of_month=self.today.day, tier_ids=self.gold.ids)
        promotion = self._promotion(day)
        self.assertIn(promotion, self._offered(self._quote()))
        self.assertNotIn(promotion, self._offered(self._quote(self.plain)))

    def test_anniversary(self):
        """A present for the anniversary of the first order was given to everybody, or to nobody."""
        promotion = self._promotion(self._day(recurrence="first_order"))
        order = self._create_order(self.customer, 100, date=10)
        self.assertNotIn(promotion, self._offered(self._quote()))
        order.date_order = fields.Datetime.now() - relativedelta(years=1)
        self.assertIn(promotion, self._offered(self._quote()))
        self.assertNotIn(promotion, self._offered(self._quote(self.plain)))

    def test_in_the_tier(self):
        """A year in the tier passed unnoticed."""
        promotion = self._promotion(self._day(recurrence="tier_since"))
        standing = self._standing(self.customer).sudo()
        standing.tier_since = self.today - relativedelta(years=2)
        self.assertIn(promotion, self._offered(self._quote()))
        standing.tier_since = self.today
        self.assertNotIn(promotion, self._offered(self._quote()))

    def test_many_customers(self):
        """A till that opened asked for the dates of one customer after the other."""
        first = self._promotion(self._day(recurrence="first_order"))
        since = self._promotion(self._day(recurrence="tier_since"))
        year = fields.Datetime.now() - relativedelta(years=1)
        self._create_order(self.customer, 100, date=10).date_order = year
        standing = self._standing(self.customer).sudo()
        standing.tier_since = self.today
        others = [self._create_customer(f"Other {number}") for number in range(4)]
        programs = (first | since).sudo()

        def allowed(partners):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = programs._customer_allowed(partners._customer_standings(), self.company)
            return found, self.env.cr.sql_log_count - before

        few = self.customer | self.contact | self.plain
        allowed(few)
        found, asked = allowed(few)
        expected = {self.customer: first, self.contact: first, self.plain: programs.browse()}
        self.assertEqual(found, expected)
        many, asked_of_many = allowed(few.union(*others))
        self.assertEqual(asked_of_many, asked)
        self.assertEqual({partner: many[partner] for partner in few}, expected)
        standing.tier_since = self.today - relativedelta(years=2)
        self.assertEqual(allowed(few)[0][self.contact], programs)

    def test_birthday(self):
        """A birthday that is on the contact was asked of the company, which has none."""
        field = self.env["ir.model.fields"].create(
            {
                "name": "x_tier_birthday",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "ttype": "date",
                "field_description": "Birthday",
            }
        )
        with self.assertRaisesRegex(ValidationError, "choose the field"):
            self._day(recurrence="contact_date")
        day = self._day(recurrence="contact_date", date_field_id=field.id)
        promotion = self._promotion(day)
        self.contact.x_tier_birthday = self.today - relativedelta(years=40)
        self.assertIn(promotion, self._offered(self._quote(self.contact)))
        self.assertNotIn(promotion, self._offered(self._quote(self.other_contact)))

    def test_archived_and_deleted(self):
        """Without the day, its promotion was everybody's every day."""
        day = self._day(recurrence="first_order")
        promotion = self._promotion(day)
        with self.assertRaisesRegex(ValidationError, "everybody would get it"):
            day.unlink()
        day.active = False
        self.assertNotIn(promotion, self._offered(self._quote()))
        promotion.customer_day_id = False
        day.unlink()

    def test_uninstalling(self):
        """Without the addon, what was for Gold or for an anniversary was everybody's."""
        own = self._promotion(self._day(recurrence="first_order"))
        none = self.env["customer.tier.day"]
        gold = self._promotion(none, customer_tier_ids=self.gold.ids)
        everybody = self._promotion(none)
        uninstall_hook(self.env)
        promotions = own | gold | everybody
        self.assertEqual(promotions.filtered("active"), everybody)

    def test_told(self):
        """Customers read nothing of the member day, or another day than that of the promotion."""
        Benefit = self.env["customer.tier.benefit"]
        Benefit.search([("program_id", "=", self.program.id)]).unlink()
        Benefit.create({"program_id": self.program.id, "name": "Member day", "kind": "day"})
        self.assertEqual(of_tier(self.gold), [])
        coming = self.today + timedelta(days=3)
        day = self._day(day_of_month=coming.day, tier_ids=self.gold.ids)
        (told,) = of_tier(self.gold)
        self.assertEqual((told.icon, told.value), ("☼", self._format(day.next_date)))
        self.assertEqual(of_tier(self.regular), [])
        day.day_of_month = self.today.day
        self.assertEqual(of_tier(self.gold)[0].value, "today")
        day.recurrence = "first_order"
        self.assertEqual(of_tier(self.gold)[0].value, "")
        self.assertEqual(of_tier(self.gold, customer=self.customer), [])
        self._create_order(self.customer, 100, date=10)
        (told,) = of_tier(self.gold, customer=self.contact)
        expected = self.today - timedelta(days=10) + relativedelta(years=1)
        self.assertEqual(told.value, self._format(expected))

    def test_told_by_one_click(self):
        """A member day was kept, and nobody noticed that customers read of it nowhere."""
        self.env["customer.tier.benefit"].search([("kind", "=", "day")]).unlink()
        day = self._day(day_of_month=self.today.day, tier_ids=self.gold.ids)
        self.assertTrue(day.is_untold)
        day.with_user(self.manager).action_tell()
        self.env.invalidate_all()
        self.assertFalse(day.is_untold)
        told = [found for found in of_tier(self.gold, "on_portal") if found.kind == "day"]
        self.assertEqual([found.title for found in told], [f"{day.name}: today"])
        self.assertNotIn("day", [found.kind for found in of_tier(self.regular)])
        day.action_tell()
        self.assertEqual(len(self.program.benefit_ids.filtered(lambda b: b.kind == "day")), 1)

    def _format(self, day):
        return self.env["ir.qweb.field.date"].value_to_html(day, {})

    def test_wrong_input(self):
        """Impossible days were kept, and the job that dates promotions broke at night."""
        with self.assertRaisesRegex(ValidationError, "enter its date"):
            self._day(recurrence="yearly")
        theirs = self._create_program(tiers=["Theirs"], company=self.company_b).tier_ids
        with self.assertRaisesRegex(ValidationError, "Choose tiers of that company"):
            self._day(tier_ids=theirs.ids)
        day = self._day()
        with self.assertRaisesRegex(ValidationError, "choose that company"):
            self._promotion(day, company_id=self.company_b.id)
        with self.assertRaises(AccessError):
            day.with_user(self.salesperson).day_of_month = 5

    def test_no_query_for_each_promotion(self):
        """Each quotation read all member days again."""
        self._day(day_of_month=self.today.day)
        order = self._quote()

        def asked():
            order._get_program_domain()

        asked()
        before = self.env.cr.sql_log_count
        asked()
        self.assertEqual(self.env.cr.sql_log_count - before, 0)


@tagged("post_install", "-at_install")
class TestGift(SaleOrderCommon):
    """A gift that is a promotion, told by what it gives."""

    def test_made_and_told(self):
        """Gold reads of a gift that Regular gets, or that nobody gets any more."""
        Benefit = self.env["customer.tier.benefit"]
        Benefit.search([("program_id", "=", self.program.id)]).unlink()
        benefit = Benefit.create(
            {
                "program_id": self.program.id,
                "name": "Gift",
                "kind": "gift",
                "from_tier_id": self.gold.id,
            }
        )
        self.assertEqual(of_tier(self.gold)[0].value, "")
        kettle = self._create_product(name="Kettle", type="consu")
        context = benefit.action_make_gift()["context"]
        gift = (
            self.env["loyalty.program"]
            .with_context(**context)
            .create(
                {
                    "reward_ids": [
                        Command.create({"reward_type": "product", "reward_product_id": kettle.id})
                    ]
                }
            )
        )
        self.assertEqual(gift.customer_benefit_id, benefit)
        self.assertEqual(gift.customer_tier_ids, self.gold | self.diamond)
        self.assertEqual(of_tier(self.gold)[0].title, "Gift: Kettle")
        benefit.from_tier_id = self.diamond
        self.assertEqual(gift.customer_tier_ids, self.diamond)
        gift.date_from = fields.Date.today() + timedelta(days=5)
        self.assertEqual(of_tier(self.diamond), [])
        gift.write({"date_from": False})
        self.assertTrue(of_tier(self.diamond))
        kettle.name = "Teapot"
        self.assertEqual(of_tier(self.diamond)[0].title, "Gift: Teapot")
        cup = self._create_product(name="Cup", type="consu")
        gift.reward_ids.reward_product_id = cup
        self.assertEqual(of_tier(self.diamond)[0].title, "Gift: Cup")
        gift.action_archive()
        self.assertEqual(of_tier(self.diamond), [])
