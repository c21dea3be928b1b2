from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..credit_position import APPROVERS


class ResCompany(models.Model):
    """What happens to orders over the credit limit, and who may allow more."""

    _inherit = "res.company"

    customer_credit_check = fields.Selection(
        selection=[
            ("none", "Goes on as usual"),
            ("warn", "Asks before"),
            ("block", "Needs a special approval"),
        ],
        string="Confirming an Order Over the Credit Limit",
        required=True,
        default="warn",
    )
    customer_credit_approver_id = fields.Many2one(
        "res.users",
        string="Special Approvals Are Asked From",
        domain=lambda self: [("all_group_ids", "in", self.env.ref(APPROVERS).ids)],
        help="A credit approver; left empty, the first one of the company.",
    )
    customer_credit_own_requests = fields.Boolean(
        string="Approvers Approve Their Own Requests",
        help="Otherwise somebody else has to: for what an approver asked for, and for orders that "
        "an approver sells.",
    )
    customer_credit_order_days = fields.Integer(
        string="Undelivered Orders Count For (days)",
        default=90,
        help="Odoo counts goods that are invoiced on delivery from their delivery on. Here they "
        "count from the confirmation of the order on, for so many days; 0 waits for the delivery.",
    )

    def _customer_credit_looks(self):
        """Whether anything is done about orders over the limit. What a company has set is no
        secret for those who sell there."""
        company = self.sudo()
        return company.account_use_credit_limit and company.customer_credit_check != "none"

    def _customer_credit_blocks(self):
        """Whether orders over the limit need an approval."""
        return self.sudo().customer_credit_check == "block"

    @api.constrains("customer_credit_order_days")
    def _check_customer_credit_order_days(self):
        for company in self:
            if not 0 <= company.customer_credit_order_days <= 3660:
                raise ValidationError(
                    self.env._(
                        "Orders that are not delivered count towards the credit limit for 0 to "
                        "3660 days. Enter such a number."
                    )
                )
