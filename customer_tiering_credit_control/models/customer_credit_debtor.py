from odoo import fields, models
from odoo.tools import SQL


class CustomerCreditDebtor(models.Model):
    """How often the credit limit of a customer was looked at because it came to owe more.

    Nobody needs the number. Every such check raises it, so that of two at the same moment the one
    that has not seen the other's order is begun anew by the server: a lock alone would let it go
    on with what it had read before.
    """

    _name = "customer.credit.debtor"
    _description = "Checked Debtor"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    check_count = fields.Integer(string="Checks", readonly=True, aggregator=None)

    _partner_company_unique = models.UniqueIndex("(partner_id, company_id)")

    def _take_turn(self, partners, company):
        """Wait until nobody else is checking these debtors, in the same order for everybody.

        Ends in an error that the server answers by starting the request again, where somebody
        has had its turn since this transaction began.
        """
        for partner in partners.sorted("id"):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO customer_credit_debtor AS debtor
                              (partner_id, company_id, check_count) VALUES (%s, %s, 1)
                       ON CONFLICT (partner_id, company_id)
                       DO UPDATE SET check_count = debtor.check_count + 1""",
                    partner.id,
                    company.id,
                )
            )
        self.invalidate_model(["check_count"], flush=False)
