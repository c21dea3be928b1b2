from odoo import models
from odoo.tools import SQL

from .customer_tier_proposal import OPEN

# Who it is, and what people decided; the rest is what grading found out.
IDENTITY = {"id", "partner_id", "company_id"}
OVERRIDE = {
    "manual_tier_id",
    "manual_until",
    "manual_reason",
    "manual_user_id",
    "manual_on",
    "lock",
}
EFFECTIVE = {"tier_id", "tier_since"}


class CustomerTierStanding(models.Model):
    """Two customers who turn out to be one."""

    _inherit = "customer.tier.standing"

    def _merge_into(self, customer):
        """Make these standings those of one customer, who keeps one per company.

        It keeps the better tier of the programme with its guarantee, a tier or lock that is set by
        hand, and both histories. The next grading looks at the orders of both.
        """
        self.env.flush_all()
        own = self.search([("partner_id", "=", customer.id)])
        for standings in (self | own).grouped("company_id").values():
            kept = (standings & own) or standings._best_of(standings.program_id[:1])
            if standings != kept or kept.partner_id != customer:
                kept._take_over(standings - kept, customer)

    def _best_of(self, program):
        """The standing in the highest computed tier of a programme; the first of equals."""

        def rank(standing):
            tier = standing.computed_tier_id
            return standing.program_id == program, bool(tier), tier.sequence, tier.id

        return max(self, key=rank)

    def _take_over(self, others, customer):
        """Unite others with this standing, which becomes that of the customer."""
        self.ensure_one()
        before, since = self.tier_id, self.tier_since
        merged = (others.partner_id | self.partner_id) - customer
        note = self.env._("Merged with %s", ", ".join(merged.mapped("display_name")))
        best = (self | others)._best_of(self.program_id or others.program_id[:1])
        overruled = (self | others).filtered(lambda s: s.manual_tier_id or s.lock)[:1]
        # The question was about a customer who is another one now; the next grading asks anew.
        asked = self.env["customer.tier.proposal"].sudo()
        asked.search([("standing_id", "in", (self | others).ids), *OPEN])._close("superseded")
        self._copy_columns(best, self._graded_columns())
        if overruled:
            self._copy_columns(overruled, OVERRIDE)
        tier = self.manual_tier_id or self.computed_tier_id
        today = self.env["customer.tier.gather"]._today(self.company_id)
        self._by_system().write(
            {
                "partner_id": customer.id,
                "tier_id": tier.id,
                "tier_since": since if tier == before else today,
            }
        )
        self._inherit_history(others)
        self.env["customer.tier.change"]._record(self, before, tier, "merge", note)

    def _graded_columns(self):
        stored = {name for name, field in self._fields.items() if field.store and field.column_type}
        return stored - IDENTITY - OVERRIDE - EFFECTIVE

    def _copy_columns(self, source, names):
        """Below the ORM, for which a tier set by hand is somebody's doing today."""
        if source == self:
            return
        columns = SQL(", ").join(SQL.identifier(name) for name in sorted(names))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET (%(columns)s) = "
                "(SELECT %(columns)s FROM %(table)s WHERE id = %(source)s) WHERE id = %(id)s",
                table=SQL.identifier(self._table),
                columns=columns,
                source=source.id,
                id=self.id,
            )
        )
        self.env.invalidate_all(flush=False)

    def _inherit_history(self, others):
        """Take the history of others, marked as theirs, and whatever else refers to them."""
        for other in others:
            rows = other.change_ids.filtered(lambda change: not change.merged_from)
            rows._by_system().write({"merged_from": other.partner_id.display_name})
        if others:
            Merge = self.env["base.partner.merge.automatic.wizard"].sudo()
            Merge._update_foreign_keys_generic(self._name, others, self)
            self.env.invalidate_all()
            others._by_system().unlink()
