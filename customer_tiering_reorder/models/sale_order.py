from statistics import median

from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import without_mails
from odoo.fields import Command

# An order so many times as large as the customer's usual one is looked at before it counts.
UNUSUAL = 2
# Orders that tell what is usual.
USUAL_ORDERS = 12


class SaleOrder(models.Model):
    """Quotations that a reminder led to, and products suggested for a quotation."""

    _inherit = "sale.order"

    customer_reminder_id = fields.Many2one(
        "customer.reminder",
        string="Reminder",
        copy=False,
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        export_string_translation=False,
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._customer_reminder_note_quotation()
        return orders

    def _customer_reminder_note_quotation(self):
        """Reminders know the quotation that was made from them."""
        # Salespeople may not write reminders; only that of the order's own customer is.
        for order in self.sudo().filtered("customer_reminder_id"):
            reminder = order.customer_reminder_id
            customer = reminder.partner_id.commercial_partner_id
            if order.partner_id.commercial_partner_id != customer or (
                order.company_id != reminder.company_id
            ):
                order.customer_reminder_id = False
            elif (
                reminder.quotation_id.state not in ("draft", "sent", "sale")
                or reminder.quotation_id.is_expired
            ):
                reminder.quotation_id = order

    # What to buy

    def action_customer_suggest(self):
        """Choose from what the customer may want to buy."""
        self.ensure_one()
        return self.env["customer.product.suggest"]._open(self)

    def _customer_add_products(self, quantities):
        """Add lines at the customer's prices.

        :param quantities: dict ``product.product`` → quantity in its own unit
        """
        self.write(
            {
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    for product, quantity in quantities.items()
                ]
            }
        )

    # Asked for by the customer

    def _customer_reorder_hand_over(self):
        """What becomes of a quotation that a customer has asked for on its page: it can be seen in
        the portal, and is confirmed by whom the company wants."""
        self.ensure_one()
        reason = self._customer_reorder_asks_salesperson()
        if reason:
            self.write({"state": "sent", "require_signature": False, "require_payment": False})
            self._customer_reorder_tell(reason)
        else:
            self.action_quotation_sent()

    def _customer_reorder_is_asked_for(self):
        """Hook: whether it is the customer's, rather than what a salesperson is still at, and
        can still be confirmed."""
        return self.state == "sale" or self.state == "sent" and not self.is_expired

    def _customer_reorder_can_be_confirmed(self):
        """Hook: whether there is a way for the customer to confirm it."""
        return self.require_signature or self.require_payment

    def _customer_reorder_asks_salesperson(self):
        """Hook: why a salesperson has to confirm the order, in words; empty where the customer
        may."""
        self.ensure_one()
        confirms = self._customer_reorder_can_be_confirmed()
        if self.company_id.customer_reorder_confirm == "salesperson" or not confirms:
            return self.env._("The customer asked for this quotation. Confirm it, or call back.")
        if self.partner_credit_warning:
            return self.env._(
                "The customer asked for this quotation and is above its credit limit."
            )
        usual = self._customer_reorder_usual_amount()
        if usual and self.amount_untaxed > UNUSUAL * usual:
            return self.env._(
                "The customer asked for this quotation, which is more than %s times its usual "
                "order.",
                UNUSUAL,
            )
        return ""

    def _customer_reorder_send(self, contact):
        """Send the quotation to whom the link was for: somebody else may have it by now. Where
        that cannot be done, a colleague does."""
        template = self.env.ref("sale.email_template_edi_sale", raise_if_not_found=False)
        if template and contact.email_normalized:
            values = {"email_to": False, "recipient_ids": [Command.set(contact.ids)]}
            template.send_mail(self.id, email_values=values)
            # Who has just asked for it looks for it now; core's queue is looked at once an hour.
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        else:
            self._customer_reorder_tell(
                self.env._("The customer asked for this quotation. Send it, or call back.")
            )

    def _customer_reorder_usual_amount(self):
        """Median untaxed amount of the customer's last orders in the currency of this one, 0
        without any."""
        orders = self.search(
            [
                ("partner_id.commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "sale"),
                ("amount_untaxed", ">", 0),
                ("currency_id", "=", self.currency_id.id),
            ],
            order="date_order desc, id desc",
            limit=USUAL_ORDERS,
        )
        return median(orders.mapped("amount_untaxed")) if orders else 0.0

    def _customer_reorder_tell(self, reason):
        """A to-do for whoever looks after the customer."""
        user = self.user_id or self.customer_reminder_id.user_id
        without_mails(self).activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Quotation asked for by the customer"),
            note=reason,
            user_id=user.id,
        )
