from odoo import api, fields, models
from odoo.addons.customer_tiering.bulk_fields import BulkMany2one
from odoo.tools import SQL

PEOPLE = ("from_user_id", "to_user_id", "from_service_user_id", "to_service_user_id")

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
    from_user_id = BulkMany2one("res.users", string="Salesperson Before")
    to_user_id = BulkMany2one("res.users", string="Salesperson")
    from_service_user_id = BulkMany2one("res.users", string="Service Contact Before")
    to_service_user_id = BulkMany2one("res.users", string="Service Contact")
    service_id = BulkMany2one("customer.tier.service", string="Rule")
    author_id = fields.Many2one("res.users", string="By", ondelete="set null")
    note = fields.Char(string="Reason Given")

    @api.model
    def _forget(self, names, ids):
        """Have lines no longer name records that are gone; they have no foreign key.

        :param names: of fields
        :param ids: of the records
        """
        for name in names:
            self.env.cr.execute(
                SQL(
                    "UPDATE customer_tier_care_change SET %(name)s = NULL "
                    "WHERE %(name)s = ANY(%(ids)s)",
                    name=SQL.identifier(name),
                    ids=ids,
                )
            )
        self.invalidate_model(names)
