from odoo import fields, models


class ResCompany(models.Model):
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
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("customer_tiering.group_credit").ids)
        ],
        help="A credit approver; left empty, the first one of the company.",
    )
