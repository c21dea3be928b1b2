import re
import unicodedata

from odoo import api, models

# What people answer who want no more messages.
STOP_WORDS = {
    *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout"),
    *("arret", "stopp", "abmelden", "baja", "parar", "afmelden"),
    *("退订", "退訂", "td", "t", "tdt", "取消"),
}


class PhoneBlacklist(models.Model):
    """Who answers an SMS with a word such as STOP gets no more."""

    _inherit = "phone.blacklist"

    @api.model
    def _customer_reminder_is_stop(self, text):
        """Whether an answer is nothing but a word that ends messages."""
        plain = unicodedata.normalize("NFKD", str(text or "")).casefold()
        plain = "".join(c for c in plain if not unicodedata.combining(c))
        return re.sub(r"[\W_]+", "", plain) in STOP_WORDS

    @api.model
    def _customer_reminder_answer(self, number, text, company):
        """Take an answer that a provider passes on.

        :return: whether it was a word that ends messages
        """
        if not (number and self._customer_reminder_is_stop(text)):
            return False
        known = self.env["res.partner"]._phone_format(number=number, country=company.country_id)
        if known:
            # The address that the provider has is the proof.
            self.sudo()._add([known])
        return bool(known)
