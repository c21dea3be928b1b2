from unittest.mock import patch

from odoo.tests import tagged

from .history_common import LifecycleCase


@tagged("post_install", "-at_install")
class TestStageEvents(LifecycleCase):
    """Changes of stage in the queue of what is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["customer.tier.event"]
        store = type(cls.env["customer.tier.store"])
        cls.startClassPatcher(patch.object(store, "_wants_stages", return_value=True))

    def _events(self, partner):
        return self.Event.search([("standing_id", "=", self._standing(partner).id)], order="id")

    def _tell(self):
        """Work off the queue.

        :return: what the hook was called with: customers and their stages
        """
        told = []

        def hook(events):
            told.extend((event.partner_id, event.from_stage, event.to_stage) for event in events)

        with patch.object(type(self.Event), "_after_stage_change", hook):
            self.Event._tell_slice()
        return told

    def test_first_grading_is_silent(self):
        """Everybody's playbook starts when a database is graded for the first time."""
        partner = self._buyer(400)
        self._grade()
        self.assertFalse(self._events(partner))

    def test_change_is_queued_and_done(self):
        """Nothing hears of a customer who fell silent, or hears of it twice."""
        partner = self._buyer(151, 121, 91, 61)
        self._grade(as_of=self._days_ago(1))
        self._grade()
        [event] = self._events(partner)
        self.assertEqual((event.kind, event.from_stage, event.to_stage), _dormant())
        self.assertEqual(event.headline, "Stage: from Mature to Dormant")
        self.assertEqual(event.program_id, self.program)
        self.assertEqual(self._tell(), [(partner, "mature", "dormant")])
        self.assertEqual(event.state, "done")
        self._grade()
        self.assertEqual(self._events(partner), event)

    def test_nobody_listens(self):
        """The queue fills with what nobody does anything about."""
        store = type(self.env["customer.tier.store"])
        partner = self._buyer(151, 121, 91, 61)
        self._grade(as_of=self._days_ago(1))
        with patch.object(store, "_wants_stages", return_value=False):
            self._grade()
        self.assertFalse(self._events(partner))

    def test_tier_and_stage_at_once(self):
        """Of a customer who changes both, one of the two is not told."""
        partner = self._buyer(200)
        self.program.tier_ids.min_score = 50
        self._grade(as_of=self._days_ago(10))
        self.program.tier_ids.min_score = 0
        self._create_order(partner, 100.0, date=1)
        self._grade()
        events = self._events(partner)
        self.assertEqual(set(events.mapped("kind")), {"first", "stage"})
        self.assertEqual(len(events.change_id), 1)
        self.assertEqual(self._tell(), [(partner, False, "won_back")])
        self.assertEqual(set(events.mapped("state")), {"done"})

    def test_overtaken(self):
        """A customer who ordered in the meantime is asked why it does not order any more."""
        partner = self._buyer(152, 122, 92, 62)
        self._grade(as_of=self._days_ago(2))
        self._grade()
        self._create_order(partner, 100.0, date=0)
        self._grade()
        self.assertEqual(self._events(partner).mapped("to_stage"), ["dormant", "won_back"])
        self.assertEqual(self._tell(), [(partner, "mature", "won_back")])
        self.assertEqual(self._events(partner).mapped("state"), ["overtaken", "done"])

    def test_there_and_back(self):
        """Who is again where it was told to be hears of having been away."""
        partner = self._buyer(151, 121, 91, 61)
        self._grade(as_of=self._days_ago(1))
        self._grade()
        # The evening before it was not dormant yet.
        self._create_order(partner, 100.0, date=0)
        self._grade()
        self.assertEqual(self._events(partner).mapped("to_stage"), ["dormant", "mature"])
        self.assertFalse(self._tell())
        self.assertEqual(set(self._events(partner).mapped("state")), {"overtaken"})

    def test_too_many_hold_only_themselves(self):
        """Other thresholds move everybody, and changes of tiers wait with them."""
        self.company.customer_tier_tell_limit = 1
        partners = [self._buyer(151, 121, 91, 61) for _number in range(2)]
        self._grade(as_of=self._days_ago(1))
        riser = self._buyer(0)
        self._grade()
        for partner in partners:
            self.assertEqual(self._events(partner).state, "held")
        first = self._events(riser).filtered(lambda event: event.kind == "first")
        self.assertEqual(first.state, "new")


def _dormant():
    return "stage", "mature", "dormant"
