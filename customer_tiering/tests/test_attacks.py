from odoo.tests import tagged

from ..models.customer_tier_mixin import COLUMNS
from .attack_common import AttackCase, AttackTests


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Every day's review is no date to tell.
        cls.records_b["customer.tier.program"].review_every = "month"


@tagged("post_install", "-at_install")
class TestFoundOut(AttackCase):
    """What no record tells, found out by searching, counting, sorting, exporting and copying."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.standing = cls.own["customer.tier.standing"]
        cls.kept = cls.own["res.partner"]
        # Anybody may say of a contact of theirs whose it is.
        cls.contact = cls._create_customer("Contact of mine", parent_id=cls.kept.id)
        cls.stranger = cls._create_customer("Stranger", company_id=cls.company.id)

    def _keep(self):
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": str([("id", "!=", self.kept.id)]),
                "groups": self.env.ref("base.group_user").ids,
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()

    def _domains(self):
        """For each field a domain that fits the customer, and one with “not set”."""
        for name, column in COLUMNS.items():
            value = self.standing.sudo()[column]
            value = value.id if hasattr(value, "id") else value
            yield name, [(name, "=", value)] if value else None, [(name, "=", False)]

    def _records(self):
        order = self._create_order(self.contact, 10, user_id=self.salesperson.id)
        self.env.flush_all()
        for records in (self.contact, order):
            yield self._as(self.salesperson, records)

    def test_searches(self):
        """A contact told nothing of the company that was kept from the salesperson, but was found
        by its tier, score and credit: twenty searches told each figure."""
        # The credit score is what a search would be for.
        self.standing.sudo().write({"credit_score": 44, "credit_band": "medium"})
        self.env.flush_all()
        for records in self._records():
            for name, fits, _unset in self._domains():
                if fits:
                    with self.subTest("known", model=records._name, field=name):
                        own = [("id", "in", records.ids)]
                        self.assertEqual(records.search([*own, *fits]), records)
        self._keep()
        self.salesperson.group_ids += self.env.ref("base.group_allow_export")
        for records in self._records():
            own = [("id", "in", records.ids)]
            for name, fits, unset in self._domains():
                with self.subTest("kept", model=records._name, field=name):
                    self.assertFalse(records[name])
                    self.assertFalse(fits and records.search([*own, *fits]))
                    self.assertFalse(fits and records.search_count([*own, *fits]))
                    self.assertEqual(records.search([*own, *unset]), records)
                    spec = f"{name}:month" if name.endswith(("date", "late")) else name
                    ((group, count),) = records._read_group(own, [spec], ["__count"])
                    self.assertEqual((bool(group), count), (False, 1))
            ((score,),) = records._read_group(own, [], ["customer_score:avg"])
            self.assertFalse(score)
            told = records.export_data(["customer_tier_id/name", "customer_score"])["datas"]
            self.assertFalse(any(any(row) for row in told))

    def test_sorted(self):
        """The order of a list told who has more points."""
        partners = self.contact + self.stranger
        self._keep()
        found = self._as(self.salesperson, partners)
        domain = [("id", "in", partners.ids)]
        for name in COLUMNS:
            up = found.search(domain, order=f"{name}, id desc")
            down = found.search(domain, order=f"{name} desc, id desc")
            self.assertEqual(up, down, name)

    def test_other_company(self):
        """Figures of the other company were found by whoever works in one."""
        standing = self.records_b["customer.tier.standing"]
        hidden = self._create_customer("Also mine", parent_id=standing.partner_id.id)
        partners = self._as(self.salesperson, hidden)
        for name, column in COLUMNS.items():
            value = standing.sudo()[column]
            value = value.id if hasattr(value, "id") else value
            if value:
                self.assertFalse(partners.search([("id", "=", hidden.id), (name, "=", value)]))
        for company in (self.company_b.ids, [self.company.id, self.company_b.id]):
            more = partners.with_context(allowed_company_ids=company)
            try:
                told = more.search([("id", "=", hidden.id), ("customer_score", ">", 0)])
            except Exception as error:
                self.assertEqual(type(error).__name__, "AccessError")
            else:
                self.assertFalse(told)
