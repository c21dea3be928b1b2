from odoo import models
from odoo.exceptions import UserError

from .. import offer as offers
from ..offer import POINTS


class SaleOrder(models.Model):
    """What a customer orders on its page has the offer of the reminder on it; its points are there
    for whoever orders for the customer."""

    _inherit = "sale.order"

    def _update_programs_and_rewards(self):
        for order in self:
            if cards := order._customer_offered_points() - order.applied_coupon_ids:
                order.applied_coupon_ids += cards
        return super()._update_programs_and_rewards()

    def _customer_offered_points(self):
        """Cards with points of the customer's open reminder. Core looks for those of the very
        contact that the order is made out to, who need not be whom the reminder was sent to."""
        self.ensure_one()
        # Who sells need not read reminders and cards of others.
        cards = self.env["loyalty.card"].sudo()
        customer = self.partner_id.commercial_partner_id
        # Guests of a shop have no cards.
        if not self._allow_nominative_programs():
            return cards.sudo(False)
        held = [("partner_id.commercial_partner_id", "=", customer.id), ("points", ">", 0)]
        # Most customers have none: whoever sells to them waits for no look at reminders.
        if not (held_cards := cards.search(held)):
            return cards.sudo(False)
        given = (
            self.env["customer.reminder"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", customer.id),
                    ("company_id", "=", self.company_id.id),
                    ("state", "=", "open"),
                    ("offer_kind", "=", POINTS),
                    ("offer_void", "=", False),
                    ("offer_card_id", "in", held_cards.ids),
                ]
            )
        )
        return given.offer_card_id.sudo(False)

    def _customer_reorder_hand_over(self):
        problem = self._customer_offer_apply()
        if problem:
            # The quotation stays; a salesperson sees why it has no offer on it.
            self._message_log(body=problem)
        return super()._customer_reorder_hand_over()

    def _customer_offer_apply(self):
        """Enter the code of the reminder's offer.

        :return: why the offer is not on the order, in words; empty where it is, or there is none
        """
        reminder = self.customer_reminder_id
        code = offers.code(reminder) if reminder._offer_text() else ""
        if not code:
            return ""
        error = ""
        try:
            with self.env.cr.savepoint():
                error = self._customer_offer_enter(code)
        except UserError as problem:
            error = str(problem)
        return error and self.env._("The offer %(code)s: %(error)s", code=code, error=error)

    def _customer_has_offer(self):
        """Whether a coupon or points of a reminder are on this order, or what a reminder pointed
        to while it was open."""
        used = self.order_line.coupon_id
        Reminder = self.env["customer.reminder"]
        if used and Reminder.search_count([("offer_card_id", "in", used.ids)], limit=1):
            return True
        own = [("order_id", "=", self.id), ("offer_kind", "=", "promotion")]
        told = Reminder.search(own).offer_program_id
        return bool(told & self.order_line.reward_id.program_id)

    def _customer_offer_enter(self, code):
        found = self._try_apply_code(code)
        if "error" in found:
            return found["error"]
        for coupon, rewards in found.items():
            # Of several the customer chooses one.
            if len(rewards) == 1 and not rewards.multi_product:
                status = self._apply_program_reward(rewards, coupon)
                if "error" in status:
                    return status["error"]
        self._update_programs_and_rewards()
        return ""
