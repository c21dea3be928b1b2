from odoo import api, fields, models
from odoo.tools import SQL, email_normalize_all, hash_sign
from odoo.tools.sql import escape_psql

from .. import signed

# What the signature of a link is good for; one made for something else is refused.
SCOPE = "customer_tiering_reorder.stop"
# The field with the first e-mail address of a contact, which may have several.
EMAIL = "email_normalized"


class CustomerContactPreference(models.Model):
    """How a contact wants to be reminded, or that it does not; invoices and news go on."""

    _name = "customer.contact.preference"
    _inherit = "customer.tier.input"
    _description = "Contact Preference"
    _order = "partner_id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        ondelete="cascade",
        help="What is said of a company holds for its contacts of whom nothing is said.",
    )
    no_reminders = fields.Boolean(
        help="The contact wants no messages about the next order. Salespeople may still call.",
    )
    email_ok = fields.Boolean(string="By E-Mail", default=True)
    action_ok = fields.Boolean(string="By Other Channels", default=True)
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language of Messages",
        help="Empty: that of the contact.",
    )
    stopped_on = fields.Datetime(
        string="Stopped By Link On", readonly=True, help="When the contact said so itself."
    )

    _partner_unique = models.UniqueIndex(
        "(partner_id)", "There is a preference of this contact already. Change that one."
    )

    @api.model
    def _of(self, contacts):
        """:return: dict ``res.partner`` → its preference or that of its company, or an empty one"""
        # Whoever's job it is sees what contacts of other companies want as well.
        everything = self.sudo()
        both = contacts | contacts.commercial_partner_id
        known = {p.partner_id: p for p in everything.search([("partner_id", "in", both.ids)])}
        nothing = everything.browse()
        return {c: known.get(c, known.get(c.commercial_partner_id, nothing)) for c in contacts}

    @api.model
    def _stopped_address(self, contact, name):
        """Whether somebody with the same address, whichever contact that is, has said by a link
        that no more reminders shall come to it.

        :param name: of the stored field of contacts with the address
        """
        addresses = set(self._addresses(contact, name))
        if not addresses:
            return False
        self.env.flush_all()
        # Those who said so are few: their addresses are looked through, and not everybody's.
        query = SQL(
            """
            SELECT said.id
              FROM (SELECT p.id, p.%s AS address
                      FROM customer_contact_preference c JOIN res_partner p ON p.id = c.partner_id
                     WHERE c.no_reminders AND c.stopped_on IS NOT NULL OFFSET 0) said
             WHERE said.address ILIKE ANY(%s)
            """,
            SQL.identifier("email" if name == EMAIL else name),
            [f"%{escape_psql(address)}%" for address in addresses],
        )
        said = contact.browse([id_ for (id_,) in self.env.execute_query(query)])
        return any(addresses.intersection(self._addresses(other, name)) for other in said)

    @api.model
    def _addresses(self, contact, name=EMAIL):
        """All that a message to a contact goes to: e-mails to each of several addresses."""
        if name == EMAIL:
            return email_normalize_all(contact.sudo().email)
        return list(filter(None, [contact.sudo()[name]]))

    @api.model
    def _is_blacklisted(self, contact):
        """Whether any e-mail address of a contact is on the blacklist, which is nobody's to
        read."""
        listed = [("email", "in", self._addresses(contact))]
        return bool(self.env["mail.blacklist"].sudo().search_count(listed, limit=1))

    def _allows(self, channel):
        """Whether messages may go by a channel."""
        name = f"{channel}_ok"
        return not self or name not in self._fields or bool(self[name])

    @api.model
    def _channel_fields(self):
        """Names of the fields that say whether messages may go by a channel."""
        return [name for name in self._fields if name.endswith("_ok")]

    @api.model
    def _follow_merge(self, contacts, kept):
        """What was wanted of any of these contacts, or of their companies, is wanted of the one
        that is kept: none of them is written to where it said that it should not be."""
        # Whoever may merge contacts need not have any right on preferences.
        everything = self.sudo()
        known = everything._of(contacts | kept)
        wanted = everything.browse().union(*known.values())
        now = known[kept]
        if wanted == now:
            return
        vals = {
            "no_reminders": any(wanted.mapped("no_reminders")),
            **{name: all(wanted.mapped(name)) for name in self._channel_fields()},
            "stopped_on": min(wanted.filtered("stopped_on").mapped("stopped_on"), default=False),
            "lang": now.lang or next(filter(None, wanted.mapped("lang")), False),
        }
        (wanted - now).filtered(lambda p: p.partner_id in contacts - kept).unlink()
        if now.partner_id == kept:
            now.write(vals)
        else:
            everything.create({"partner_id": kept.id, **vals})

    # The link in each message

    @api.model
    def _stop_url(self, contact, company):
        base = company.sudo().get_base_url()
        return f"{base}/customer_tiering/stop/{self._stop_token(contact)}"

    @api.model
    def _stop_token(self, contact):
        # Signing needs the database's secret.
        return hash_sign(self.sudo().env, SCOPE, [contact.id])

    @api.model
    def _of_stop_token(self, token):
        """The contact of a link, with all rights: the signature is the proof. Empty for one that
        is wrong."""
        partners = self.env["res.partner"].sudo()
        payload = signed.read(self.env, SCOPE, token)
        return partners.browse(payload[0] if payload else ()).exists()

    @api.model
    def _stop(self, contact):
        """The contact wants no more reminders; saying it twice changes nothing."""
        everything = self.sudo()
        own = everything.search([("partner_id", "=", contact.id)])
        if own.no_reminders and own.stopped_on:
            return
        vals = {"no_reminders": True, "stopped_on": fields.Datetime.now()}
        if own:
            own.write(vals)
        else:
            everything.create({"partner_id": contact.id, **vals})
