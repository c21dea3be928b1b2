import secrets
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.grading.reminders import due_between
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE
from odoo.addons.customer_tiering_reminder.phones import phones_of
from odoo.exceptions import MissingError
from odoo.tools import SQL, hash_sign

from .. import reminder_triggers, signed, trigger_words
from .product_pricelist import RULES_AT_ONCE

# What the signature of a link is good for; one made for something else does not open the page.
SCOPE = "customer_tiering_reorder.page"
# How long the link in a message works.
LINK_DAYS = 60
# Days that a customer may choose to be asked again after.
LATER_DAYS = (7, 14, 30)
# Who still has enough takes so much longer than usual, but some days at least.
LONGER, LONGER_DAYS = 0.25, 7


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
    quotation_id = fields.Many2one(
        "sale.order",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    answer = fields.Selection(
        selection=[
            ("order", "Asked for a Quotation"),
            ("later", "Not Now"),
            ("enough", "Still Has Enough"),
            ("stop", "No More Reminders"),
        ],
        readonly=True,
        copy=False,
        help="What the customer said on its page last.",
    )
    answered_on = fields.Datetime(readonly=True, copy=False)
    usefulness = fields.Selection(
        selection=[("useful", "Useful"), ("useless", "Not Useful")],
        string="Called",
        readonly=True,
        copy=False,
        help="What the customer thinks of being reminded.",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Written To",
        compute="_compute_contact_id",
        exportable=False,
        help="Whom the messages that are still to come are for; otherwise whom the last was for.",
    )
    phone = fields.Char(
        compute="_compute_phone",
        exportable=False,
        help="Of whom the messages are for; where there is none, of the customer or of the contact "
        "who orders.",
    )
    suggestion_html = fields.Html(
        string="What to Buy",
        compute="_compute_suggestion_html",
        sanitize=False,
        exportable=False,
        groups=SALESPEOPLE,
    )

    # What the to-do says

    def _activity_vals(self, rule, standing, user):
        vals = super()._activity_vals(rule, standing, user)
        if rule.trigger == reminder_triggers.CUSTOMER:
            return vals
        return {**vals, "note": trigger_words.note(standing.with_context(lang=user.lang))}

    @api.model
    def _summaries(self, rule, days):
        if rule.trigger == reminder_triggers.CUSTOMER:
            return super()._summaries(rule, days)
        # A step of later still says why the reminder began.
        return trigger_words.summaries(rule, {s: began for s, (_made, began) in days.items()})

    # Whom it is for

    @api.depends("partner_id")
    def _compute_contact_id(self):
        # Not what stands in an unsaved form.
        own = [("reminder_id", "in", self._origin.ids), ("to", "=", "customer")]
        steps = self.env["customer.reminder.step"].search(own, order="due_at, id")
        found = steps.grouped("reminder_id")
        for reminder in self:
            mine = found.get(reminder._origin, steps.browse())
            ahead = mine.filtered(lambda step: step.state == "planned")
            reminder.contact_id = (ahead[:1] or mine[-1:]).partner_id

    @api.depends("contact_id", "partner_id", "company_id")
    def _compute_phone(self):
        self.phone = False
        # Not what stands in an unsaved form.
        for company, own in self._origin.grouped("company_id").items():
            phones = phones_of(own.partner_id, company)
            for reminder in self.filtered(lambda r, own=own: r._origin in own):
                saved = reminder._origin
                reminder.phone = saved.contact_id.sudo().phone or phones[saved.partner_id]

    def action_change_contact(self):
        """Have what is still to come go to somebody else at the customer."""
        self.ensure_one()
        return self.env["customer.reminder.contact"]._open(self)

    # The salesperson's quotation

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang", "uid")
    def _compute_suggestion_html(self):
        for reminder in self:
            # Not the customer or company typed into an unsaved form.
            saved = reminder._origin
            known = saved and saved.partner_id.has_access("read")
            reminder.suggestion_html = known and saved.partner_id._customer_suggestion_table(
                saved.company_id
            )

    def action_quotation(self):
        """The quotation of this reminder: the open one, that which it reminds of, or a new one at
        the customer's prices with its usual products."""
        self.ensure_one()
        self.check_access("read")
        quotation = self.sudo().quotation_id
        if quotation.state in ("draft", "sent") and quotation.sudo(False).has_access("read"):
            return quotation.sudo(False).get_formview_action()
        if asked := self._unanswered():
            return asked.get_formview_action()
        order = self.partner_id._customer_quotation(self.company_id, reminder=self)
        return order.get_formview_action()

    def _unanswered(self):
        """The quotation that this reminds of, if it does and the reader may see it."""
        # What a rule is about may be read by whoever has its reminders.
        rule = self.sudo().rule_id
        if rule.trigger != reminder_triggers.QUOTATION:
            return self.env["sale.order"]
        days = due_between(self.date, rule.lead_days, rule.max_late_days)
        customer = self.partner_id
        return reminder_triggers.quotations_of(self.env, self.company_id, {customer: days})[
            customer
        ]

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
        today = fields.Date.today().toordinal()
        payload = [reminder.id, reminder.nonce, (contact or reminder.partner_id).id, today]
        lifetime = timedelta(days=LINK_DAYS)
        return hash_sign(reminder.env, SCOPE, payload, expiration=lifetime)

    @api.model
    def _of_reorder_token(self, token):
        """What a link is about, with all rights: the signature is the proof.

        :return: (reminder, contact, days since the link was made), the first two empty for a token
            that is wrong, altered, expired or revoked, and of customers, contacts or companies
            that are archived
        """
        reminders = self.with_user(SUPERUSER_ID)
        nothing = reminders.browse(), reminders.env["res.partner"], 0
        told = self._read_reorder_token(token)
        if not told:
            return nothing
        reminder_id, nonce, contact_id, day = told
        reminder = reminders.browse(reminder_id)
        try:
            # Both are read together, with what is theirs in the reminder's company; and with that
            # company the one whose currency products of all companies have.
            reminder = reminder.with_company(reminder.company_id)
            ids = contact_id, reminder.partner_id.id
            partners = reminder.env["res.partner"].browse(ids)
            fields_read = (True, "company_dependent")
            partners.fetch([n for n, f in partners._fields.items() if f.prefetch in fields_read])
            contact, customer = partners
            main = self.env["ir.model.data"]._xmlid_to_res_id("base.main_company")
            together = tuple(filter(None, (reminder.company_id.id, main)))
            company = reminder.company_id.with_prefetch(together)
            alive = contact.active and customer.active and company.active
            same = contact.commercial_partner_id == customer.commercial_partner_id
        except (MissingError, TypeError):
            return nothing
        # Who has changed to another company since sees nothing of the one before.
        if not (alive and same and secrets.compare_digest(reminder.nonce or "", nonce or "")):
            return nothing
        return reminder, contact, fields.Date.today().toordinal() - day

    def _read_reorder_token(self, token):
        """Hook: what a link says: id of the reminder, nonce, id of the contact, and the day when
        it was made; None where it is not ours."""
        return signed.read(self.env, SCOPE, token)

    def action_revoke_reorder_links(self):
        """Make the links in messages already sent worthless, as when one went to a wrong person."""
        self.check_access("read")
        # Salespeople may not write reminders; this takes nothing from anybody but the link.
        for reminder in self.sudo():
            reminder.nonce = _new_nonce()

    # What the customer says

    def _answered(self, answer, **vals):
        now = fields.Datetime.now()
        self.write({"answer": answer, "answered_on": now, **vals})
        self._note_confirmed(now)

    def _note_opened(self):
        """Something has looked at the page of the message that was sent last."""
        step = self._last_message()
        if step and not step.opened_at:
            step.opened_at = fields.Datetime.now()

    def _note_confirmed(self, moment):
        """The message that was sent last has led to a press of a button, which no program does."""
        step = self._last_message()
        if step and not step.confirmed_at:
            step.confirmed_at = moment

    def _last_message(self):
        sent = [
            ("reminder_id", "=", self.id),
            ("sent_at", "!=", False),
            # A colleague's to-do has shown the customer nothing.
            ("channel", "!=", "activity"),
        ]
        return self.env["customer.reminder.step"].search(sent, order="sent_at desc", limit=1)

    def _quotation_open(self):
        """The quotation that the customer can look at, if any: none that a salesperson is still
        at, and whoever may write orders could have put another customer's here."""
        self.ensure_one()
        order = self.quotation_id
        customer = self.partner_id.commercial_partner_id
        own = order.partner_id.commercial_partner_id == customer
        own = own and order.company_id == self.company_id
        return order if own and order._customer_reorder_is_asked_for() else order.browse()

    def _is_closed(self):
        """Whether nothing can be ordered from this reminder any more: the customer has ordered
        otherwise, or wants to hear no more."""
        self.ensure_one()
        return self.state == "ordered" or self.answer == "stop"

    def _lock(self):
        """Wait until nobody else answers for the same customer."""
        self.ensure_one()
        # Who waited begins anew, which is nothing to log.
        self.env.cr.execute(
            SQL("SELECT FROM customer_reminder WHERE id = %s FOR UPDATE", self.id),
            log_exceptions=False,
        )
        self.invalidate_recordset()

    def _order_again(self, contact, wanted, by_mail=False):
        """The one quotation of this reminder, made when the customer asks for it first.

        :param contact: ``res.partner`` who asks
        :param wanted: dict product id → quantity; of others than the suggested ones nothing is
            ordered
        :param by_mail: whether it is sent to the contact, who cannot open it
        :return: ``sale.order``, empty where nothing is wanted, or nothing is asked any more
        """
        self._lock()
        if order := self._quotation_open():
            return order
        if self._is_closed():
            return self.env["sale.order"]
        suggested = self.partner_id._customer_suggestions(self.company_id)
        quantities = {
            suggestion.product: wanted[suggestion.product.id]
            for suggestion in suggested
            if wanted.get(suggestion.product.id, 0) > 0
        }
        if not quantities:
            return self.env["sale.order"]
        Orders = self.env["sale.order"].with_company(self.company_id)
        Orders = Orders.with_context(mail_create_nosubscribe=True, mail_notrack=True)
        # The salesperson follows its order without a mail that it was given one.
        Orders = Orders.with_context(mail_auto_subscribe_no_notify=True)
        Orders = RULES_AT_ONCE.on(Orders, Orders.env["product.product"].union(*quantities))
        vals = self.env["customer.product.suggestion"]._order_vals(
            contact, self.company_id, quantities
        )
        if not (contact.user_id or contact.commercial_partner_id.user_id):
            # Otherwise it would belong to the system, which makes it.
            if not self.user_id.active:
                self._follow_responsible()
            vals["user_id"] = self.user_id.id
        order = Orders.create({**vals, "customer_reminder_id": self.id})
        # Two at once write the same row: the second begins anew, and finds the first's order.
        self._answered("order", quotation_id=order.id)
        order._customer_reorder_hand_over()
        if by_mail:
            order._customer_reorder_send(contact)
        return RULES_AT_ONCE.off(order)

    def _later(self, days):
        """Ask again after some days, of which the customer may choose a few."""
        days = days if days in LATER_DAYS else LATER_DAYS[1]
        self._put_off("later", days)

    def _enough(self):
        """Ask again when a quarter more than the usual time is over."""
        # The same as for the system, which asks.
        standing = self.env["customer.tier.standing"].search(
            [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)]
        )
        days = LONGER_DAYS
        if self.expected_date and standing.last_order_date:
            usual = (self.expected_date - standing.last_order_date).days
            days = max(days, round(LONGER * usual))
        self._put_off("enough", days)

    def _put_off(self, answer, days):
        """Keep quiet for some days, and then ask again."""
        until = fields.Date.add(self.env["customer.tier.gather"]._today(self.company_id), days=days)
        asked = {"snoozed_until": until, "snooze_reason": "customer"}
        self._answered(answer, **asked)
        if case := self._to_ask_again():
            case.write(asked)
            self.env["customer.reminder.step"]._plan_later(case, until)

    def _to_ask_again(self):
        """The case by which the customer is asked again, as it was promised: this one, also where
        a colleague has ticked it off or its time was over, or the one that is open by now."""
        if self.state in ("open", "ordered"):
            return self.filtered(lambda r: r.state == "open")
        own = [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)]
        now = self.search([*own, ("state", "=", "open")], limit=1)
        if now or not self.rule_id.active:
            # Who is held back is asked nothing.
            return now.filtered(lambda r: r.arm != assignment.CONTROL)
        desk = bool(self.activity_id)
        self.write({"state": "open", "end_reason": False, "on_desk": desk})
        return self

    def _stop(self, contact):
        """This contact wants no more reminders."""
        self.env["customer.contact.preference"]._stop(contact)
        self._answered("stop")

    def _say_useful(self, useful):
        self.usefulness = "useful" if useful else "useless"
        self._note_confirmed(fields.Datetime.now())
