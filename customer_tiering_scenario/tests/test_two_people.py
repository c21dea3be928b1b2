from functools import partial
from threading import Thread
from time import monotonic, sleep

from odoo import api
from odoo.addons.customer_tiering.tests.threads_common import registry_for_threads
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

# Seconds until somebody who waits must have been seen to.
PATIENCE = 60


@tagged("post_install", "-at_install")
class TestTwoPeople(BaseCase):
    """Two people at once, on two connections to the database, as the server serves them. What is
    here is committed: a company of its own, which nobody works in afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(registry_for_threads())
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            company = env["res.company"].create({"name": "Two People"})
            amount = env.ref("customer_tiering.metric_amount").id
            tiers = [{"name": "Bronze", "sequence": 1}]
            for place, (name, value) in enumerate((("Silver", 1000), ("Gold", 5000)), start=2):
                condition = {"metric_id": amount, "operator": ">=", "value": value}
                conditions = [Command.create(condition)]
                tiers.append({"name": name, "sequence": place, "condition_ids": conditions})
            program = env["customer.tier.program"].create(
                {
                    "name": "Two People",
                    "company_id": company.id,
                    "domain": "[('id', '=', 0)]",
                    "tier_ids": [Command.create(tier) for tier in tiers],
                }
            )
            cls.company_id, cls.program_id = company.id, program.id
            cls.silver_id, cls.gold_id = program.tier_ids[1:].ids
        cls.addClassCleanup(cls._put_away)

    @classmethod
    def _put_away(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            env["customer.tier.scenario"].search([("program_id", "=", cls.program_id)]).unlink()
            env["customer.tier.program"].browse(cls.program_id).unlink()
            env["res.company"].browse(cls.company_id).active = False

    def _try(self, tier_id, value):
        """The id of a scenario with another threshold."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            scenario = env["customer.tier.scenario"].create({"program_id": self.program_id})
            line = scenario.line_ids.filtered(
                lambda line: line.kind == "threshold" and line.tier_id.id == tier_id
            )
            line.then = value
            return scenario.id

    def _apply(self, scenario_id, said):
        """Apply as a request of its own."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            said["pid"] = cr._cnx.get_backend_pid()
            try:
                retrying(env["customer.tier.scenario"].browse(scenario_id).action_apply, env)
            except UserError as error:
                cr.rollback()
                said["error"] = error.args[0]

    def _wait_until_it_waits(self, said):
        """Until the other connection waits for a lock of this one's."""
        end = monotonic() + PATIENCE
        with self.registry.cursor() as cr:
            while monotonic() < end:
                cr.execute(
                    "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s",
                    [said.get("pid", 0)],
                )
                if (cr.fetchone() or (False,))[0]:
                    return
                cr.rollback()
                sleep(0.05)
        self.fail("The second one does not wait for the first.")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def _at_once(self, first, second, win=True):
        """Have a second one applied while the first is under way.

        :return: what the second one is told, None for nothing
        """
        said = {}
        other = Thread(target=partial(self._apply, second, said))
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            env["customer.tier.scenario"].browse(first).action_apply()
            other.start()
            self._wait_until_it_waits(said)
            if not win:
                cr.rollback()
        other.join(PATIENCE)
        self.assertFalse(other.is_alive())
        return said.get("error")

    def _read(self):
        """Thresholds, and ids of the scenarios that were applied."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            program = env["customer.tier.program"].browse(self.program_id)
            scenarios = env["customer.tier.scenario"].search(
                [("program_id", "=", program.id), ("state", "=", "applied")]
            )
            return program.tier_ids.condition_ids.mapped("value"), set(scenarios.ids)

    def test_the_second_is_told(self):
        """Two people change different thresholds at once; both are applied, though neither looked
        at what comes of both."""
        (silver, gold), applied = self._read()
        first, second = self._try(self.silver_id, silver + 100), self._try(self.gold_id, gold + 1)
        said = self._at_once(first, second)
        self.assertIn("has changed since this was begun", said)
        self.assertRegex(said, rf"{silver + 100:,.2f}\S* instead of \S*\s?{silver:,.2f}")
        self.assertEqual(self._read(), ([silver + 100, gold], applied | {first}))

    def test_the_same_scenario(self):
        """Two people press the same button at once, and everybody is graded twice."""
        (silver, gold), applied = self._read()
        scenario = self._try(self.gold_id, gold + 100)
        self.assertIn("was applied already, by", self._at_once(scenario, scenario))
        self.assertEqual(self._read(), ([silver, gold + 100], applied | {scenario}))

    def test_the_first_fails(self):
        """The second one is refused, although nothing came of the first."""
        (silver, gold), applied = self._read()
        first, second = self._try(self.silver_id, silver + 100), self._try(self.gold_id, gold + 1)
        self.assertIsNone(self._at_once(first, second, win=False))
        self.assertEqual(self._read(), ([silver, gold + 1], applied | {second}))
