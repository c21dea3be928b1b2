from odoo import fields, models

REASONS = [
    ("given", "Given by a rule"),
    ("moved", "Another rule"),
    ("left", "Handed over"),
    ("own", "Has a salesperson of its own"),
    ("ended", "No rule any more"),
    ("hand", "Chosen by hand"),
]


class CustomerTierCareChange(models.Model):
    """History of who looked after a customer, and why that changed; written by the system only."""

    _name = "customer.tier.care.change"
    _inherit = "customer.tier.append.only"
    _description = "Change of Dedicated People"
    _order = "id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    date = fields.Date(required=True)
    reason = fields.Selection(REASONS, required=True)
    from_user_id = fields.Many2one("res.users", string="Salesperson Before", ondelete="set null")
    to_user_id = fields.Many2one("res.users", string="Salesperson", ondelete="set null")
    from_service_user_id = fields.Many2one(
        "res.users", string="Service Contact Before", ondelete="set null"
    )
    to_service_user_id = fields.Many2one("res.users", string="Service Contact", ondelete="set null")
    service_id = fields.Many2one("customer.tier.service", string="Rule", ondelete="set null")
    author_id = fields.Many2one("res.users", string="By", ondelete="set null")
    note = fields.Char(string="Reason Given")
