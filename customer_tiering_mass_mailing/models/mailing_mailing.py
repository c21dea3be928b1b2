from odoo import fields, models


class MailingMailing(models.Model):
    """Mailings go to the tiers and stages of the company for which they were written, whoever
    sends them."""

    _inherit = "mailing.mailing"

    customer_company_id = fields.Many2one(
        "res.company",
        string="Tiers of",
        default=lambda self: self.env.company,
        help="The company whose tiers, stages and orders the recipients are chosen by.",
    )

    def _get_recipients(self):
        # The job that sends works in a company of its own.
        company = self.customer_company_id
        if company and (self.env.su or company in self.env.user.company_ids):
            return super(MailingMailing, self.with_company(company))._get_recipients()
        return super()._get_recipients()
