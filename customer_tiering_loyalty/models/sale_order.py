from odoo import models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """An order gets the promotions of its customer's tier, and no coupon of somebody else."""

    _inherit = "sale.order"

    def _get_program_domain(self):
        return list(self._customer_programs(super()._get_program_domain()))

    def _get_trigger_domain(self):
        return list(self._customer_programs(super()._get_trigger_domain(), "program_id."))

    def _customer_programs(self, domain, path=""):
        """A domain of programmes, or of records that lead to them by a path, narrowed down to what
        the customer may use. What is limited to a list also holds for a tier's discount on top of
        that list, or the better tier would pay more."""
        own = self.env["loyalty.program"]._customer_domain(self, path)
        base = self.sudo().pricelist_id.customer_tier_base_id
        limited = (f"{path}pricelist_ids", "in")

        def with_base(condition):
            if (condition.field_expr, condition.operator) != limited:
                return condition
            return Domain(*limited, [*condition.value, *base.ids])

        return Domain(domain).map_conditions(with_base) & own

    def _try_apply_code(self, code):
        card = self.env["loyalty.card"].search([("code", "=", code)])
        return self._customer_refused(card) or super()._try_apply_code(code)

    def _try_apply_program(self, program, coupon=None):
        refused = coupon and self._customer_refused(coupon)
        return refused or super()._try_apply_program(program, coupon)

    def _get_claimable_rewards(self, forced_coupons=None):
        found = super()._get_claimable_rewards(forced_coupons)
        foreign = [coupon for coupon in found if self._customer_refused(coupon)]
        for coupon in foreign:
            del found[coupon]
        return found

    def _apply_program_reward(self, reward, coupon, **kwargs):
        return self._customer_refused(coupon) or super()._apply_program_reward(
            reward, coupon, **kwargs
        )

    def _update_programs_and_rewards(self):
        # The customer may be another one than when the coupon was entered.
        for order in self:
            coupons = order.applied_coupon_ids | order.order_line.coupon_id
            if foreign := coupons.filtered(order._customer_refused):
                order.applied_coupon_ids -= foreign
                order.order_line.filtered(lambda line, f=foreign: line.coupon_id in f).unlink()
        return super()._update_programs_and_rewards()

    def _customer_refused(self, card):
        """What is said of a coupon that was made out to somebody else, nothing where it was not."""
        return (
            None if card._customer_is_of(self.partner_id) else {"error": card._customer_foreign()}
        )
