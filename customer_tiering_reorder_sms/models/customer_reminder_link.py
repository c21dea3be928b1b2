import hashlib
import secrets
import string
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_tiering_reorder.models.customer_reminder import LINK_DAYS

ALPHABET = string.ascii_letters + string.digits
# 62 ** 10 codes: at 30 guesses a minute of a thousand addresses one of a million live links is
# found in fifty years.
LENGTH = 10


class CustomerReminderLink(models.Model):
    """Short addresses of the page where customers order again, for messages of 70 characters.

    Only a digest is kept: who reads the table cannot open the page.
    """

    _name = "customer.reminder.link"
    _description = "Short Link of a Reminder"
    _log_access = False

    digest = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    step_id = fields.Many2one(
        "customer.reminder.step", required=True, readonly=True, ondelete="cascade", index=True
    )
    nonce = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    made_on = fields.Date(required=True, readonly=True, default=fields.Date.today)

    _digest_unique = models.UniqueIndex("(digest)")

    @api.model
    def _make(self, step):
        """A new code for a step whose message is sent.

        :return: text of ``LENGTH`` letters and digits
        """
        code = "".join(secrets.choice(ALPHABET) for _letter in range(LENGTH))
        nonce = step.reminder_id.sudo().nonce
        self.sudo().create({"digest": self._digest(code), "step_id": step.id, "nonce": nonce})
        return code

    @api.model
    def _read(self, code):
        """What a code stands for: (id of the reminder, nonce, id of the contact, day number), None
        for one that is wrong or too old."""
        # The code is the proof.
        found = self.sudo().search([("digest", "=", self._digest(code))])
        if not found or found.made_on < self._oldest():
            return None
        step = found.step_id
        return step.reminder_id.id, found.nonce, step.partner_id.id, found.made_on.toordinal()

    @api.model
    def _digest(self, code):
        return hashlib.sha256(code.encode()).hexdigest()

    @api.model
    def _oldest(self):
        return fields.Date.today() - timedelta(days=LINK_DAYS)

    @api.autovacuum
    def _gc_links(self):
        self.sudo().search([("made_on", "<", self._oldest())]).unlink()
