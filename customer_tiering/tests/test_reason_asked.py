from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import OWN, GradingCase


@tagged("post_install", "-at_install")
class TestReasonAsked(GradingCase):
    """Who overrules the rules says why, unless the company does not ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(domain=OWN)
        cls.silver, cls.gold = cls.program.tier_ids[1:3]
        cls.buyer = cls._create_own_customer("Buyer", (10, 100))
        cls._grade()
        cls.standing = cls._standing(cls.buyer).with_user(cls.officer)

    def test_tier_without_a_reason(self):
        """A customer was Diamond for years, and nobody knew any more who had promised what."""
        for vals in (
            {"manual_tier_id": self.gold.id},
            {"manual_tier_id": self.gold.id, "manual_reason": " "},
        ):
            with self.assertRaisesRegex(ValidationError, "Buyer: say why the tier is set by hand"):
                self.standing.write(vals)
        self.env.invalidate_all(flush=False)
        self.standing.write({"manual_tier_id": self.gold.id, "manual_reason": "Promised"})
        with self.assertRaisesRegex(ValidationError, "say why the tier is set by hand"):
            self.standing.manual_reason = False

    def test_reason_in_the_history(self):
        """The history says who and when, and not why."""
        self.standing.write({"manual_tier_id": self.gold.id, "manual_reason": "Promised"})
        last = self.standing.change_ids.sorted("id")[-1]
        self.assertEqual((last.reason, last.note), ("manual", "Promised"))

    def test_import(self):
        """A file with tiers alone went in without one reason."""
        xid = self.standing.sudo().export_data(["id"])["datas"][0][0]
        names = ["id", "manual_tier_id/.id", "manual_reason"]
        result = self.standing.load(names[:2], [[xid, str(self.gold.id)]])
        self.assertFalse(result["ids"])
        self.assertIn("say why", result["messages"][0]["message"])
        result = self.standing.load(names, [[xid, str(self.gold.id), "From the old system"]])
        self.assertEqual(result["ids"], self.standing.ids, result["messages"])
        self.assertEqual(self.standing.manual_tier_id, self.gold)

    def test_on_the_form(self):
        """The form let go what the server refused, after everything had been typed."""
        with self.assertRaisesRegex(AssertionError, "manual_reason"), Form(self.standing) as form:
            form.manual_tier_id = self.gold
        with Form(self.standing) as form:
            form.manual_tier_id = self.gold
            form.manual_reason = "Promised"
        self.assertEqual(self.standing.tier_id, self.gold)

    def test_rows_of_before(self):
        """What was set by hand before reasons were asked for could not be changed any more."""
        self.standing.sudo().write({"manual_tier_id": self.gold.id, "manual_reason": "Old"})
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET manual_reason = NULL WHERE id = %s",
            self.standing.ids,
        )
        self.env.invalidate_all()
        self.standing.manual_until = self._days_ago(-30)
        self.standing.manual_tier_id = self.gold
        with self.assertRaisesRegex(ValidationError, "say why"):
            self.standing.manual_tier_id = self.silver

    def test_company_does_not_ask(self):
        """A company of two people need not explain to itself; another company is still asked."""
        self.company.customer_tier_ask_reason = False
        self.standing.manual_tier_id = self.gold
        self.assertEqual(self.standing.tier_id, self.gold)
        with Form(self.standing) as form:
            form.manual_tier_id = self.silver
        wizard = (
            self.env["customer.tier.by.hand"]
            .with_user(self.officer)
            .with_context(active_ids=self.standing.ids)
        )
        with Form(wizard) as form:
            form.tier_id = self.gold
        form.record.action_apply()
        self.assertEqual(self.standing.tier_id, self.gold)
        with self.assertRaisesRegex(ValidationError, "locked"):
            self.standing.lock = "both"

    def test_from_the_list(self):
        """The window of the list asked by itself; over RPC nobody did."""
        wizard = (
            self.env["customer.tier.by.hand"]
            .with_user(self.officer)
            .with_context(active_ids=self.standing.ids)
            .create({"tier_id": self.gold.id})
        )
        with self.assertRaisesRegex(ValidationError, "say why"):
            wizard.action_apply()
