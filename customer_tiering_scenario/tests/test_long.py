from unittest.mock import patch

from odoo.addons.customer_tiering.tests.common import CHUNK_SIZE
from odoo.tests import tagged

from .common import ScenarioCase

LIVE = "odoo.addons.customer_tiering_scenario.models.customer_tier_scenario.LIVE"


@tagged("post_install", "-at_install")
class TestLong(ScenarioCase):
    """What takes longer than somebody waits."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(LIVE, 3))
        self.startPatcher(patch(LIVE + "_YEAR", 3))
        self.startPatcher(patch(CHUNK_SIZE, 4))

    def _work(self):
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering_scenario.ir_cron_work_out").method_direct_trigger()
        self.env.invalidate_all()

    def test_in_the_background(self):
        """A hundred thousand customers keep a worker busy at every key."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        self.assertTrue(scenario.is_large)
        self.assertIn("Work Out", scenario.results)
        scenario.action_work_out()
        self.assertEqual(scenario.work, "waiting")
        self._work()
        self.assertFalse(scenario.work)
        self.assertIn("By Figures", scenario.results)
        with patch(LIVE, 20000):
            live = self._compare(scenario)
        self.assertEqual(scenario.worked["comparisons"], [live.to_json()])
        self._line(scenario, "threshold", self.gold).then = 7000
        scenario.invalidate_recordset()
        self.assertIn("Work Out", scenario.results, "of other rules")

    def test_year(self):
        """The year of many is played in the same way."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        scenario.action_play_year()
        self._work()
        self.assertIn("Months in Gold", scenario.results)

    def test_changed_meanwhile(self):
        """Half of the customers are counted by one set of rules and half by another."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        scenario.action_work_out()
        scenario.sudo()._work_chunk()
        self._line(scenario, "threshold", self.gold).then = 9500
        self._work()
        with patch(LIVE, 20000):
            live = self._compare(scenario)
        self.assertEqual(scenario.worked["comparisons"], [live.to_json()])

    def test_apply(self):
        """Applying to many waits for the nightly job."""
        scenario = self._try(lines={("threshold", self.gold): 6000})
        scenario.action_apply()
        self.assertEqual(scenario.run_ids.state, "running")
        run = scenario.run_ids.sudo()
        while run.state == "running":
            run._next_chunk()
        self.assertEqual(self._tiers()[4], "Silver")
