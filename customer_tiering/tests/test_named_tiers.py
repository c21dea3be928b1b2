from odoo.tests import tagged

from .event_common import EventCase


@tagged("post_install", "-at_install")
class TestNamedTiers(EventCase):
    """What is made for some tiers stays theirs, whatever becomes of them."""

    def _rule(self, model, **vals):
        return self.env[model].create({**vals, "tier_ids": self.gold.ids})

    def test_messages_of_an_archived_tier(self):
        """Archiving Gold had the e-mail for promotions to Gold written to everybody promoted."""
        rule = self._create_rules("up", tier_ids=self.gold.ids)
        self.gold.active = False
        self.env.invalidate_all()
        self.assertFalse(rule._effects("up", self.silver))
        self.assertTrue(rule._effects("up", self.gold))
