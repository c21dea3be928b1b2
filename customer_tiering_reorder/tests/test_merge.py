from odoo import fields
from odoo.tests import tagged

from .rhythm_common import RhythmCase


@tagged("post_install", "-at_install")
class TestMerge(RhythmCase):
    """Two contacts who turn out to be one, merged by the dialog."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Preference = cls.env["customer.contact.preference"]
        cls.kept = cls._create_own_customer("Kept")
        cls.twin = cls._create_own_customer("Twin")

    def _merge(self, kept, *others):
        contacts = kept.union(*others)
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": contacts.ids, "dst_partner_id": kept.id}
        )
        wizard.action_merge()
        self.env.invalidate_all()
        self.assertEqual(contacts.exists(), kept)

    def test_rhythms(self):
        """Two contacts who buy the same category cannot be merged, as a customer has one rhythm
        of it; or one of the two rhythms stays as if the other's orders were nobody's."""
        self._buy(self.kept, *self._every(20, 4, 10))
        self._buy(self.twin, *self._every(20, 4, 20))
        self._buy(self.twin, *self._every(30, 4, 5), product=self.filter)
        self._grade()
        self._pass()
        self.assertTrue(self._row(self.kept) and self._row(self.twin))
        self._merge(self.kept, self.twin)
        row = self._row(self.kept)
        self.assertEqual((row.order_days, row.last_date), (8, self._days_ago(10)))
        filters = self._row(self.kept, self.filters)
        self.assertEqual((filters.order_days, filters.last_date), (4, self._days_ago(5)))

    def _prefer(self, partner, **vals):
        return self.Preference.create({"partner_id": partner.id, **vals})

    def test_preferences_of_both(self):
        """Contacts who both said what they want cannot be merged; or who wants no more reminders
        gets them again, as the other one wanted them."""
        early, late = (fields.Datetime.to_datetime(f"2026-0{month}-01") for month in (1, 2))
        self._prefer(self.kept, email_ok=False, stopped_on=late)
        self._prefer(self.twin, no_reminders=True, action_ok=False, stopped_on=early)
        self._merge(self.kept, self.twin)
        own = self.Preference.search([("partner_id", "=", self.kept.id)])
        self.assertTrue(own.no_reminders)
        self.assertEqual((own.email_ok, own.action_ok), (False, False))
        self.assertEqual(own.stopped_on, early)

    def test_preference_of_one(self):
        """Who is merged away said that it wants no more reminders, and the one kept gets them."""
        self._prefer(self.twin, no_reminders=True)
        self._merge(self.kept, self.twin)
        self.assertTrue(self.Preference._of(self.kept)[self.kept].no_reminders)

    def test_preference_of_the_company(self):
        """The company wants no reminders, and a contact that allowed them elsewhere brings its
        own rule along when it becomes one of that company's."""
        ann = self._create_customer("Ann", parent_id=self.kept.id)
        self._prefer(self.kept, no_reminders=True)
        self._prefer(self.twin, email_ok=False)
        self._merge(ann, self.twin)
        wanted = self.Preference._of(ann)[ann]
        self.assertEqual((wanted.partner_id, wanted.no_reminders), (ann, True))
        self.assertFalse(wanted.email_ok)

    def test_nothing_said(self):
        """Merging contacts makes preferences of whom nobody said anything."""
        self._merge(self.kept, self.twin)
        self.assertFalse(self.Preference.search([("partner_id", "=", self.kept.id)]))
