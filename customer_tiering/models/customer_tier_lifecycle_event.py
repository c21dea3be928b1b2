from odoo import api, fields, models
from odoo.tools import SQL

from .customer_tier_staged import STAGES


class CustomerTierEvent(models.Model):
    """Changes of stage in the queue of what is told, for whoever does something about them."""

    _inherit = "customer.tier.event"

    kind = fields.Selection(selection_add=[("stage", "Other stage")], ondelete={"stage": "cascade"})
    from_stage = fields.Selection(STAGES, string="Stage Before", readonly=True)
    to_stage = fields.Selection(STAGES, string="Stage After", readonly=True)

    # A line of history may be a change of both.
    _change_unique = models.UniqueIndex(
        "(change_id, (kind = 'stage')) WHERE change_id IS NOT NULL",
        "A change of tier or stage is told once.",
    )

    def _headline(self, words):
        if self.kind != "stage":
            return super()._headline(words)
        names = dict(self._fields["to_stage"]._description_selection(self.env))
        if not self.from_stage:
            return self.env._("Stage: %s", names.get(self.to_stage, ""))
        return self.env._(
            "Stage: from %(before)s to %(after)s",
            before=names[self.from_stage],
            after=names.get(self.to_stage, ""),
        )

    @api.depends("from_stage", "to_stage")
    def _compute_headline(self):
        return super()._compute_headline()

    @api.model
    def _holds_sql(self):
        """A stage that the customer has left is no news; neither is one that it came back to."""
        return SQL(
            """CASE WHEN q.kind = 'stage' THEN q.later_id IS NULL AND p.active
                    AND s.lifecycle_stage IS NOT DISTINCT FROM q.to_stage
                    AND q.told_stage IS DISTINCT FROM q.to_stage
                ELSE %s END""",
            super()._holds_sql(),
        )

    @api.model
    def _kind_sql(self):
        return SQL("CASE WHEN q.kind = 'stage' THEN 'stage' ELSE %s END", super()._kind_sql())

    @api.model
    def _settle(self, company, condition, ask=False):
        """Too many changes of stage do not hold those of tiers, nor the other way round."""
        if not self.env["customer.tier.store"]._wants_stages(company):
            return super()._settle(company, condition, ask)
        for kind in (SQL("kind <> 'stage'"), SQL("kind = 'stage'")):
            super()._settle(company, SQL("%s AND %s", condition, kind), ask)
        return None

    def _carry_out(self):
        staged = self.filtered(lambda event: event.kind == "stage")
        if staged:
            staged._after_stage_change()
            done = {"state": "done", "done_on": fields.Datetime.now(), "error": False}
            staged.write(done)
        return super(CustomerTierEvent, self - staged)._carry_out()

    def _after_stage_change(self):
        """Hook: these customers have changed stage, in the way of ``_after_tier_change``."""


class CustomerTierStore(models.AbstractModel):
    _inherit = "customer.tier.store"

    def _wants_stages(self, company):
        """Hook: whether anything is done about changes of stage in a company; else none is
        queued."""
        return False

    def _enqueue(self, company, after):
        result = super()._enqueue(company, after)
        if self._wants_stages(company) and self._tells(company):
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO customer_tier_event (
                        standing_id, company_id, program_id, kind, change_id, run_id, from_stage,
                        to_stage, date, state)
                    SELECT c.standing_id, s.company_id, s.program_id, 'stage', c.id, c.run_id,
                           -- Nobody was told of where somebody unknown was before.
                           CASE WHEN c.direction <> 'first' THEN c.from_stage END, c.to_stage,
                           c.date, 'new'
                      FROM customer_tier_change c
                      JOIN customer_tier_standing s ON s.id = c.standing_id
                     WHERE c.id > %s AND s.company_id = %s
                       AND c.reason <> 'merge'
                       AND c.to_stage IS NOT NULL AND c.to_stage IS DISTINCT FROM c.from_stage
                        ON CONFLICT DO NOTHING
                    """,
                    after,
                    company.id,
                )
            )
        return result
