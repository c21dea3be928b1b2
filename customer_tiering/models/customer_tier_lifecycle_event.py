from odoo import models
from odoo.tools import SQL


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
