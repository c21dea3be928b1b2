from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import RELOAD, open_dialog
from odoo.exceptions import UserError


class CustomerReminderContact(models.TransientModel):
    """Asks who at the customer gets the messages that are still to come."""

    _name = "customer.reminder.contact"
    _description = "Change the Contact of a Reminder"

    reminder_id = fields.Many2one(
        "customer.reminder", required=True, readonly=True, ondelete="cascade"
    )
    # Of a reminder that the reader may see.
    customer_id = fields.Many2one(related="reminder_id.partner_id", related_sudo=False)
    partner_id = fields.Many2one(
        "res.partner",
        string="Write To",
        required=True,
        ondelete="cascade",
        domain="[('id', 'child_of', customer_id)]",
    )

    @api.model
    @api.private
    def _open(self, reminder):
        partner = reminder.contact_id or reminder.partner_id
        wizard = self.create({"reminder_id": reminder.id, "partner_id": partner.id})
        return open_dialog(wizard, self.env._("Write To"))

    def action_change(self):
        self.ensure_one()
        reminder, contact = self.reminder_id, self.partner_id
        reminder.check_access("read")
        contact.check_access("read")
        if contact.commercial_partner_id != reminder.partner_id.commercial_partner_id:
            raise UserError(self.env._("Choose a contact of %s.", reminder.partner_id.display_name))
        # Salespeople may not write steps; whom their customer's go to is theirs to say.
        steps = self.env["customer.reminder.step"].sudo()
        ahead = steps.search(
            [
                ("reminder_id", "=", reminder.id),
                ("to", "=", "customer"),
                ("state", "=", "planned"),
            ]
        )
        if not ahead:
            raise UserError(self.env._("Nothing more is going to be sent for this reminder."))
        ahead.partner_id = contact
        return RELOAD
