from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CustomerTier(models.Model):
    """No tier is deleted under a grading that puts the first customers into it.

    What a transaction reads is as old as its beginning, which a foreign key knows how to look
    past; without one (``BulkMany2one``), the lock of a grading would only put the deletion off.
    """

    _inherit = "customer.tier"

    def _tier_in_use(self):
        return super()._tier_in_use() or self._entered_meanwhile()

    def _entered_meanwhile(self):
        """One of these tiers that customers have entered since this transaction began.

        :raise UserError: while the company's customers are being graded
        """
        for company in self.company_id:
            if not self.env["customer.tier.pipeline"]._lock(company):
                raise UserError(
                    self.env._(
                        "The customers of %s are being graded right now. Try again in a minute.",
                        company.name,
                    )
                )
        last = self.env["customer.tier.store"]._last_change()
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    SELECT t.id FROM unnest(%(ids)s) AS t (id)
                     WHERE EXISTS (SELECT FROM customer_tier_change c
                                    WHERE c.id > %(last)s
                                      AND t.id IN (c.from_tier_id, c.to_tier_id,
                                                   c.computed_tier_id, c.target_tier_id))
                        OR EXISTS (SELECT FROM customer_tier_standing s
                                    WHERE t.id IN (s.tier_id, s.computed_tier_id))
                     LIMIT 1
                    """,
                    ids=self.ids,
                    last=last,
                )
            )
            return self.browse([id_ for (id_,) in cr.fetchall()])
