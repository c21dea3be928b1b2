from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.models import BaseModel
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..models.customer_tier_append_only import SYSTEM, by_system
from ..switches import QUIET
from .event_common import TODAY, EventCase

# What a request can send as the value of a key.
SENT = (True, 1, "on", [1], {"customer_tier_quiet": True})


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestSwitches(EventCase):
    """Keys of the context that switch behaviour are for the code of the addon alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2025-03-09 12:00:00"):
            cls._grade()

    def _call(self, model, method, *args, **context):
        """A request of an officer with keys of their choice in the context."""
        allowed = {"allowed_company_ids": self.company.ids}
        records = self.env[model].with_user(self.officer)
        return call_kw(records, method, list(args), {"context": {**allowed, **context}})

    def _promote_by_request(self, value):
        customer = self._create_own(f"Customer {value}")
        self._grade()
        self._create_order(customer, 2000, date="2025-03-05")
        self.env.flush_all()
        vals = {"company_id": self.company.id, "as_of": TODAY}
        key = {QUIET.key: value}
        run = self._call("customer.tier.run", "create", [vals], **key)
        self._call("customer.tier.run", "action_run", run, **key)
        return customer

    def test_officer_cannot_grade_in_silence(self):
        """With the key of gradings long past in the context of a request, an officer promoted
        customers without anybody being told."""
        for value in SENT:
            customer = self._promote_by_request(value)
            self.assertEqual(self._standing(customer).tier_id, self.silver)
            self.assertEqual(self._events(customer).mapped("kind")[-1:], ["up"], value)

    def test_officer_cannot_set_a_tier_in_silence(self):
        """Nor did anybody hear of a tier that was set by hand with that key."""
        for value in SENT:
            customer = self._create_own(f"Customer {value}")
            self._grade()
            vals = {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
            standing = self._standing(customer)
            self._call("customer.tier.standing", "write", standing.ids, vals, **{QUIET.key: value})
            self.assertEqual(self._events(customer)[-1:].to_tier_id, self.gold, value)

    def test_first_grading_is_noticed_all_the_same(self):
        """With that key, nobody was asked whether to tell of a company's first grading."""
        self.company.customer_tier_graded_on = False
        vals = {"company_id": self.company.id, "as_of": TODAY}
        run = self._call("customer.tier.run", "create", [vals], **{QUIET.key: True})
        self._call("customer.tier.run", "action_run", run, **{QUIET.key: True})
        self.assertTrue(self.env["customer.tier.run"].browse(run).untold)

    def test_code_grades_in_silence(self):
        """A history made up afterwards must not be told as news."""
        self._promote(self.buyer)
        run = QUIET.on(self.env["customer.tier.run"]).create({"company_id": self.company.id})
        run.action_run()
        self.assertEqual(self._standing(self.buyer).tier_id, self.silver)
        self.assertFalse(self._events())

    def test_permission_ends_with_the_call(self):
        """What a line of history leads to, an automation on it for one, had the permission to
        write history, too."""
        known = []
        real = BaseModel._create

        def create(records, data_list):
            known.append(SYSTEM.is_on(records.env))
            return real(records, data_list)

        standing = self._standing(self.buyer)
        with patch.object(BaseModel, "_create", create):
            self.env["customer.tier.change"]._record(standing, self.low, self.low, "lock")
        self.assertEqual(known, [False])

    def test_permission_is_for_one_call(self):
        """One permission wrote a line, and then another one, or deleted one of another model."""
        line = self._standing(self.buyer).change_ids[0]
        allowed = by_system(line)
        allowed.write({"note": "Once"})
        with self.assertRaises(AccessError):
            allowed.write({"note": "Twice"})
        with self.assertRaises(AccessError):
            allowed.unlink()
        with self.assertRaises(AccessError):
            by_system(self._standing(self.buyer)).change_ids.unlink()
        self.assertEqual(line.note, "Once")

    def test_nobody_around_the_call_has_the_permission(self):
        """An automation begins around the write and goes on after it, with its context."""
        line = self._standing(self.buyer).change_ids[0]
        Change = self.env.registry["customer.tier.change"]
        written = Change.write

        def write(records, vals):
            result = written(records, vals)
            with self.assertRaises(AccessError):
                records.write({"note": "Forged"})
            return result

        with patch.object(Change, "write", write):
            by_system(line).write({"note": "Honest"})
        self.assertEqual(line.note, "Honest")

    def test_switch(self):
        """Off takes nothing else from the context, and one key does not turn another."""
        quiet = QUIET.on(self.env["customer.tier.run"].with_context(lang="en_US"))
        self.assertTrue(QUIET.is_on(quiet.env))
        self.assertFalse(SYSTEM.is_on(quiet.env))
        self.assertFalse(QUIET.is_on(QUIET.off(quiet).env))
        self.assertEqual(QUIET.off(quiet).env.context.get("lang"), "en_US")
