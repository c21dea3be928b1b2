import binascii
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import hash_sign, verify_hash_signed

# What the signature of a link is good for; one made for something else does not open the page.
SCOPE = "customer_tiering_reorder.page"
# How long the link in a message works.
LINK_DAYS = 60


def _new_nonce():
    return secrets.token_urlsafe(9)


class CustomerReminder(models.Model):
    """What a reminder offers to the customer: a signed page with its usual products, from which
    one quotation is made."""

    _inherit = "customer.reminder"

    nonce = fields.Char(
        default=lambda self: _new_nonce(),
        copy=False,
        readonly=True,
        groups=fields.NO_ACCESS,
        export_string_translation=False,
    )

    # Link

    def _reorder_url(self, contact=None):
        """Address of the page where the customer orders again, for messages to the customer only:
        whoever has it can ask for a quotation.

        :param contact: ``res.partner`` whom the message is for, whose language and first name the
            page uses; the customer by default
        """
        self.ensure_one()
        return f"{self.get_base_url()}/o/{self._reorder_token(contact)}"

    def _reorder_token(self, contact=None):
        self.ensure_one()
        # Signing needs the database's secret, and the nonce is for nobody to read.
        reminder = self.sudo()
        payload = [reminder.id, reminder.nonce, (contact or reminder.partner_id).id]
        lifetime = timedelta(days=LINK_DAYS)
        return hash_sign(reminder.env, SCOPE, payload, expiration=lifetime)

    @api.model
    def _of_reorder_token(self, token):
        """What a link is about, with all rights: the signature is the proof.

        :return: (reminder, contact), both empty for a token that is wrong, altered, expired or
            revoked, and of customers, contacts or companies that are archived
        """
        nothing = self.browse().sudo(), self.env["res.partner"].sudo()
        reminders = self.sudo()
        try:
            payload = verify_hash_signed(reminders.env, SCOPE, token)
        except (ValueError, OverflowError, binascii.Error):
            return nothing
        if not payload:
            return nothing
        reminder_id, nonce, contact_id = payload
        reminder = reminders.browse(reminder_id).exists()
        contact = reminder.env["res.partner"].browse(contact_id).exists()
        if not reminder or not secrets.compare_digest(reminder.nonce or "", nonce or ""):
            return nothing
        customer = reminder.partner_id
        if not (customer.active and contact.active and reminder.company_id.active):
            return nothing
        # Who has changed to another company since sees nothing of the one before.
        if contact.commercial_partner_id != customer.commercial_partner_id:
            return nothing
        return reminder, contact

    def action_revoke_reorder_links(self):
        """Make the links in messages already sent worthless, as when one went to a wrong person."""
        self.check_access("read")
        # Salespeople may not write reminders; this takes nothing from anybody but the link.
        for reminder in self.sudo():
            reminder.nonce = _new_nonce()
