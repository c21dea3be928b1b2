from odoo.addons.customer_tiering.models.customer_tier_pipeline import LOCK_CLASS
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestSameForAll(TieringCommon):
    """A grading comes to the same whoever starts it, in whatever language and list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.tag = cls.env["res.partner.category"].create({"name": "Wholesale"})
        cls.tag.with_context(lang="fr_FR").name = "Grossiste"

    def _standing(self, partner):
        return self.env["customer.tier.standing"].search([("partner_id", "=", partner.id)])

    def test_filter_in_another_language(self):
        """An officer who reads French presses “Grade”, and everybody whom the filter finds by the
        name of a tag loses the tier until the next night, which has no language."""
        customer = self._create_customer(category_id=self.tag.ids)
        self._create_order(customer)
        self._create_program(tiers=["Everybody"], domain='[("category_id.name", "=", "Wholesale")]')
        run = self.env["customer.tier.run"].with_context(lang="fr_FR")
        run._grade_partners(customer, self.company)
        self.assertTrue(self._standing(customer).tier_id)

    def test_filter_in_the_language_of_the_company(self):
        """Names typed into a filter in a company that works in French are looked for in English at
        night, and find nobody."""
        self.company.partner_id.lang = "fr_FR"
        self._create_program(tiers=["Everybody"], domain='[("category_id.name", "=", "Grossiste")]')
        for lang in (None, "en_US", "fr_FR"):
            customer = self._create_customer(category_id=self.tag.ids)
            self._create_order(customer)
            run = self.env["customer.tier.run"].with_context(lang=lang)
            run._grade_partners(customer, self.company)
            self.assertTrue(self._standing(customer).tier_id, lang)

    def test_archived_are_left_out(self):
        """A grading started from a list that shows archived records, too, gives archived customers
        tiers, and brings archived tiers and programmes back."""
        customer = self._create_customer()
        self._create_order(customer)
        gone = self._create_customer("Gone")
        self._create_order(gone)
        gone.active = False
        program = self._create_program(tiers=["Low", "High"])
        high = program.tier_ids[-1]
        high.active = False
        other = self._create_program(tiers=["Old"], sequence=1)
        other.active = False
        run = self.env["customer.tier.run"].with_context(active_test=False)
        run._grade_partners(customer | gone, self.company)
        self.assertEqual(self._standing(customer).tier_id, program.tier_ids[0])
        self.assertFalse(self._standing(gone).tier_id)


@tagged("post_install", "-at_install")
class TestTierAskedFor(TieringCommon):
    def test_delete_tier_asked_for(self):
        """A tier that nobody was ever in, but that the figures of some ask for, is deleted, and
        their gradings refer to nothing."""
        program = self._create_program(tiers=["Low"], hold_months=0, review_every="year")
        customer = self._create_customer()
        self._create_order(customer)
        grade = self.env["customer.tier.run"]._grade_partners
        grade(customer, self.company)
        standing = self.env["customer.tier.standing"].search([("partner_id", "=", customer.id)])
        standing.write({"lock": "up", "manual_reason": "Not yet"})
        high = self.env["customer.tier"].create(
            {"name": "High", "program_id": program.id, "sequence": 20, "min_score": 0}
        )
        grade(customer, self.company)
        self.assertEqual(standing.target_tier_id, high)
        high.unlink()
        self.assertEqual(standing.target_tier_id, program.tier_ids)
        self.assertFalse(standing.waiting)

    def test_delete_tier_during_a_grading(self):
        """A tier is deleted while a grading puts the first customers into it; it only waits for
        the grading, and their history refers to nothing."""
        program = self._create_program(tiers=["Low", "High"])
        high = program.tier_ids.sorted("sequence")[-1]
        self.env.flush_all()
        with self.registry.cursor() as cr:
            cr.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", (LOCK_CLASS, self.company.id))
            with self.assertRaisesRegex(UserError, "being graded right now"):
                high.unlink()
        high.unlink()
        self.assertFalse(high.exists())


@tagged("post_install", "-at_install")
class TestDaysOfTheCompany(TieringCommon):
    """What is compared with days of the company is dated by them, wherever the user sits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Never on the same day.
        cls.company.partner_id.tz = "Pacific/Niue"
        cls.env = cls.env(context=dict(cls.env.context, tz="Pacific/Kiritimati"))
        cls.today = cls.env["customer.tier.gather"]._today(cls.company)
        cls.customer = cls._create_customer()

    def test_value_by_hand(self):
        """An assessment counts at once, not from the next day on."""
        value = self.env["customer.tier.value"].new({})
        self.assertEqual(value.date, self.today)
