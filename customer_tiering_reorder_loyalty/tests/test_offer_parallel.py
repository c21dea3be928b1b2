from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields
from odoo.addons.customer_tiering.tests.threads_common import registry_for_threads
from odoo.fields import Command
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

SECONDS = 60
SENDERS = 8
# What two offers cost, and a half.
BUDGET = 12.5


@tagged("post_install", "-at_install")
class TestOfferParallel(TransactionCase):
    """Jobs that send at the same moment, each in a connection of its own that is really committed.
    What was made is deleted afterwards."""

    def setUp(self):
        super().setUp()
        self.enterContext(registry_for_threads())
        self.made = []
        self.addCleanup(self._delete)
        with self._committed() as env:
            self._create(env)

    @contextmanager
    def _committed(self):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _keep(self, records):
        self.made.append((records._name, records.ids))
        return records

    def _create(self, env):
        company = env.ref("base.main_company")
        self.today = env["customer.tier.gather"]._today(company)
        coupons = self._keep(
            env["loyalty.program"].create(
                {
                    "name": "At once",
                    "program_type": "coupons",
                    "trigger": "with_code",
                    "applies_on": "current",
                    "company_id": company.id,
                    "reward_ids": [
                        Command.clear(),
                        Command.create(
                            {"reward_type": "discount", "discount": 5, "discount_mode": "percent"}
                        ),
                    ],
                }
            )
        )
        step = {
            "channel": "email",
            "to": "customer",
            "offer": "coupon",
            "offer_program_id": coupons.id,
            "offer_budget": BUDGET,
        }
        rule = self._keep(
            env["customer.reminder.rule"].create(
                {
                    "name": "At once",
                    "company_id": company.id,
                    "offer_share": 100,
                    "active": False,
                    "step_ids": [Command.clear(), Command.create(step)],
                }
            )
        )
        self.step = rule.step_ids.id
        partners = self._keep(
            env["res.partner"].create(
                [{"name": f"At once {n}", "email": f"{n}@example.com"} for n in range(SENDERS)]
            )
        )
        expected = fields.Date.subtract(self.today, days=10)
        # They go with the customers.
        env["customer.tier.standing"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "amount": 1000,
                    "order_count": 10,
                    "next_order_date": expected,
                }
                for partner in partners
            ]
        )
        reminders = self._keep(
            env["customer.reminder"].create(
                [
                    {
                        "rule_id": rule.id,
                        "partner_id": partner.id,
                        "company_id": company.id,
                        "date": self.today,
                        "expected_date": expected,
                        "window_end": fields.Date.add(self.today, days=14),
                        "arm": "offer",
                    }
                    for partner in partners
                ]
            )
        )
        self.steps = env["customer.reminder.step"]._plan(rule, reminders).ids
        self.reminders = reminders.ids

    def _delete(self):
        with self._committed() as env:
            Reminder = env["customer.reminder"].browse(getattr(self, "reminders", ()))
            cards = Reminder.offer_card_id
            for model, ids in reversed(self.made):
                if model != "loyalty.program":
                    env[model].browse(ids).exists().unlink()
            cards.unlink()
            for model, ids in self.made:
                if model == "loyalty.program":
                    program = env[model].browse(ids)
                    program.active = False
                    program.unlink()

    def _make_one(self, id_, barrier):
        """One job prepares one step, as it does before sending it."""
        with self._committed() as env:
            env.cr.execute("SELECT 1 FROM customer_reminder_rule_step LIMIT 1")
            # From here on each sees what there was before any of them.
            barrier.wait(SECONDS)
            try:
                ready = env["customer.reminder.step"].browse(id_)._make_ready()
                env.cr.commit()
                self.outcomes.append(ready)
            except SerializationFailure:
                env.cr.rollback()
                self.outcomes.append("again")

    def _all_at_once(self, ids):
        self.outcomes = []
        barrier = Barrier(len(ids))
        threads = [Thread(target=self._make_one, args=(id_, barrier)) for id_ in ids]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(SECONDS)
        self.assertEqual(len(self.outcomes), len(ids))

    def _given(self):
        with self._committed() as env:
            reminders = env["customer.reminder"].browse(self.reminders)
            return (
                sum(reminders.mapped("offer_cost")),
                len(reminders.offer_card_id),
                reminders.filtered(lambda r: not r.offered_on and not r.offer_refusal).ids,
            )

    def test_eight_senders(self):
        """Eight jobs see a budget for two coupons at the same moment, and give eight."""
        self._all_at_once(self.steps)
        cost, count, _waiting = self._given()
        self.assertEqual((cost, count), (5, 1), "Only one may count at a time.")
        # Who had to wait comes again, all at the same moment.
        for _time in range(SENDERS):
            *_given, waiting = self._given()
            if not waiting:
                break
            with self._committed() as env:
                again = [("reminder_id", "in", waiting)]
                steps = env["customer.reminder.step"].search(again)
                later = fields.Datetime.now() + timedelta(seconds=1)
                self.assertTrue(all(step.send_at > later for step in steps))
                ids = steps.ids
            self._all_at_once(ids)
        cost, count, waiting = self._given()
        self.assertEqual((cost, count, waiting), (10, 2, []))
        with self._committed() as env:
            step = env["customer.reminder.rule.step"].browse(self.step)
            self.assertEqual(step.offer_given_count, 2)
