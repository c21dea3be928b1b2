from odoo import api, fields, models
from odoo.tools import SQL

from .customer_tier_lifecycle import STAGES


class CustomerTierEvent(models.Model):
    """Customers who entered another stage of their life, in the same queue as changes of tier:
    held where they are too many, worked off in slices. Rules about tiers do nothing for them."""

    _inherit = "customer.tier.event"

    kind = fields.Selection(selection_add=[("stage", "Other stage")], ondelete={"stage": "cascade"})
    from_stage = fields.Selection(STAGES, string="Stage Before", readonly=True)
    to_stage = fields.Selection(STAGES, string="Stage After", readonly=True)

    _stage_unique = models.UniqueIndex(
        "(change_id) WHERE change_id IS NOT NULL AND kind = 'stage'",
        "A change of stage is told once.",
    )

    def _sort_out(self):
        stages = self.filtered(lambda event: event.kind == "stage")
        stages._sort_out_stages()
        if others := self - stages:
            others.invalidate_recordset()
            return super(CustomerTierEvent, others)._sort_out()
        return None

    def _sort_out_stages(self):
        """Drop what is no longer true: only the stage that a customer is in counts, once."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_tier_event e
                   SET state = 'overtaken', done_on = %(now)s
                  FROM customer_tier_standing s, res_partner p
                 WHERE e.standing_id IN (
                           SELECT standing_id FROM customer_tier_event WHERE id = ANY(%(ids)s))
                   AND e.kind = 'stage' AND e.state IN ('new', 'held')
                   AND s.id = e.standing_id AND p.id = s.partner_id
                   AND (NOT p.active OR s.lifecycle_stage IS DISTINCT FROM e.to_stage
                        OR EXISTS (
                            SELECT FROM customer_tier_event l
                             WHERE l.standing_id = e.standing_id AND l.kind = 'stage'
                               AND l.state IN ('new', 'held') AND l.id > e.id))
                """,
                ids=self.ids,
                now=fields.Datetime.now(),
            )
        )
        self.env.invalidate_all(flush=False)

    def _headline(self, words):
        if self.kind != "stage":
            return super()._headline(words)
        names = dict(self._fields["to_stage"]._description_selection(self.env))
        if not self.from_stage:
            return self.env._("First stage: %s", names.get(self.to_stage, ""))
        return self.env._(
            "From stage %(before)s to %(after)s",
            before=names[self.from_stage],
            after=names.get(self.to_stage, ""),
        )

    @api.depends("from_stage", "to_stage")
    def _compute_headline(self):
        return super()._compute_headline()


class CustomerTierStore(models.AbstractModel):
    _inherit = "customer.tier.store"

    def _enqueue(self, company, after):
        """Changes of stage are queued like those of tier, and with them."""
        result = super()._enqueue(company, after)
        if self._tells(company):
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO customer_tier_event (
                        standing_id, company_id, program_id, kind, change_id, run_id, from_stage,
                        to_stage, date, state)
                    SELECT s.id, s.company_id, s.program_id, 'stage', c.id, c.run_id, c.from_stage,
                           c.to_stage, c.date, 'new'
                      FROM customer_tier_change c
                      JOIN customer_tier_standing s ON s.id = c.standing_id
                     WHERE c.id > %s AND s.company_id = %s AND c.reason <> 'merge'
                       AND c.to_stage IS NOT NULL AND c.to_stage IS DISTINCT FROM c.from_stage
                        ON CONFLICT DO NOTHING
                    """,
                    after,
                    company.id,
                )
            )
        return result
