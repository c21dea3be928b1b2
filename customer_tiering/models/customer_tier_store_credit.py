from odoo import models
from odoo.tools import SQL

NUMBERS = (
    "credit_score",
    "days_beyond_terms",
    "on_time_share",
    "worst_delay",
    "overdue_amount",
    "credit_invoice_count",
    "credit_band",
)


class CustomerTierStore(models.AbstractModel):
    """How customers pay, into their standings; NULL for unknown."""

    _inherit = "customer.tier.store"

    def _standing_columns(self):
        from ..grading.payment import BANDS

        def known(name, type_="float8"):
            return SQL("NULLIF(%s, 'NaN')::%s", SQL.identifier("s", name), SQL(type_))

        return {
            **super()._standing_columns(),
            "credit_score": known("credit_score"),
            # Arrays count from 1, codes from 0.
            "credit_band": SQL("(%s::varchar[])[s.credit_band::int + 1]", list(BANDS)),
            "days_beyond_terms": known("days_beyond_terms"),
            "on_time_share": known("on_time_share"),
            "worst_delay": known("worst_delay", "int4"),
            "overdue_amount": known("overdue_amount", "numeric"),
            "credit_invoice_count": known("credit_invoice_count", "int4"),
        }

    def _stage_columns(self, frame, policy):
        columns, values, numbers = super()._stage_columns(frame, policy)
        columns.update(dict.fromkeys(NUMBERS, "float8"))
        values.update({name: frame[name].to_numpy(dtype=float) for name in NUMBERS})
        return columns, values, numbers

    def _release(self, company, partner_ids, kept_ids):
        result = super()._release(company, partner_ids, kept_ids)
        if partner_ids:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE customer_tier_standing
                       SET credit_score = NULL, credit_band = NULL, days_beyond_terms = NULL,
                           on_time_share = NULL, worst_delay = NULL, overdue_amount = NULL,
                           credit_invoice_count = NULL
                     WHERE company_id = %s AND partner_id = ANY(%s)
                    """,
                    company.id,
                    partner_ids,
                )
            )
        return result
