from odoo import models
from odoo.exceptions import AccessError

from .customer_tier_append_only import by_system, is_system

# Whose history it is.
OWNER = {"partner_id", "company_id"}


class CustomerTierStanding(models.Model):
    """What a standing owes its history: to keep it, and to record what moves nobody."""

    _inherit = "customer.tier.standing"

    def _by_system(self):
        """These standings for the code that may delete them or give them to another customer."""
        return by_system(self)

    def write(self, vals):
        if vals.keys() & OWNER:
            self._check_history()
        return super().write(vals)

    def unlink(self):
        self._check_history()
        return super().unlink()

    def _check_history(self):
        """The history goes with the standing, so a person must not take it away or give it to
        somebody else."""
        if not is_system(self.env):
            raise AccessError(
                self.env._(
                    "The history of a customer can be neither deleted nor given to another one. "
                    "It ends with the contact; merged contacts are merged here, too."
                )
            )

    def _note_unmoved(self, before, held):
        """Record locks, and the end of what was set by hand, where the tier stays the same.

        :param before: dict standing → tier before
        :param held: dict standing → its lock and reason before
        """
        Change = self.env["customer.tier.change"]
        for standing in self:
            tier, (lock, reason) = standing.tier_id, held[standing]
            if standing.lock != lock:
                note = standing._lock_note(reason)
                Change._record(standing, tier, tier, "lock", note)
            elif tier == before[standing] and not standing.manual_tier_id:
                last = standing.change_ids.sorted("id")[-1:]
                if last.by_hand:
                    Change._record(standing, tier, tier, "manual", standing._override_note())

    def _lock_note(self, reason_before):
        """Which lock and why, or that there is none any more."""
        self.ensure_one()
        if not self.lock:
            text, reason = self.env._("Unlocked"), self.manual_reason or reason_before
        else:
            names = dict(self._fields["lock"]._description_selection(self.env))
            text, reason = names[self.lock], self.manual_reason
        return f"{text}: {reason}" if reason else text
