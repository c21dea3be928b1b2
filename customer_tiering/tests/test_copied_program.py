from odoo.fields import Command
from odoo.tests import tagged

from .program_common import EntryCase


@tagged("post_install", "-at_install")
class TestCopiedProgram(EntryCase):
    """Entry rules of a programme that is duplicated."""

    def test_tiers_dragged_into_another_order(self):
        """Lines are copied in the order in which they were made: matched by rank, prospects of
        the copy started in the wrong tier, with its prices."""
        program = self._create_program(tiers=["One", "Two", "Three"])
        one, _two, three = program.tier_ids
        self._rule(program_id=program.id, tier_id=one.id, tag_id=self.tag.id)
        self._rule("Other", program_id=program.id, tier_id=three.id, medium_id=self.medium.id)
        one.sequence, three.sequence = three.sequence, one.sequence
        self.env.invalidate_all()
        copied = program.copy().entry_rule_ids
        tiers = {rule.name: rule.tier_id.name for rule in copied}
        self.assertEqual(tiers, {"Rule": "One", "Other": "Three"})

    def test_other_tiers(self):
        """A copy that is given tiers of its own has none that the rules could speak of."""
        self._rule(tag_id=self.tag.id)
        copied = self.program.copy({"tier_ids": [Command.create({"name": "All"})]})
        self.assertFalse(copied.entry_rule_ids)
