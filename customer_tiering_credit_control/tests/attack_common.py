from odoo.addons.customer_tiering.tests.attack_common import AttackCase, rows

from .common import CREDIT
from .security_common import CreditSecurityCase

# As in the core addon.
COMPUTED = {
    "customer.credit.apply": rows(
        empty="changing_ids down_count missing_count same_count seen term_count unused up_count",
    ),
    "customer.credit.approval": rows(
        empty="credit_band overdue_amount state used",
        # The limit of a shared contact in the own company: none.
        typed="currency_id limit_text",
    ),
    "customer.credit.change": rows(
        refused="currency_id new_limit_text old_limit_text salesperson_id tier_color",
    ),
    "customer.credit.rule": rows(typed="company_id currency_id"),
    "customer.tier.standing": rows(
        empty=(
            "credit_differs credit_direction credit_limit credit_rule_id payment_term_id "
            "proposed_credit_limit proposed_credit_limit_text proposed_payment_term_id"
        ),
        typed="credit_limit_text",
    ),
    "res.config.settings": rows(
        refused=(
            "customer_credit_approver_id customer_credit_check customer_credit_order_days "
            "customer_credit_own_requests"
        ),
    ),
    "res.partner": rows(
        empty=(
            "customer_credit_approval_ids customer_credit_change_ids customer_credit_differs "
            "customer_credit_extra customer_credit_left customer_credit_limited "
            "customer_credit_used customer_has_credit_page customer_present_term_id "
            "customer_proposed_limit_text customer_proposed_term_id"
        ),
        typed="customer_credit_checked customer_credit_limit_text",
    ),
    "sale.order": rows(
        empty=(
            "customer_credit_asks customer_credit_over customer_credit_warning "
            "customer_overdue_amount"
        ),
        typed="customer_credit_currency_id",
    ),
}
SILENT = {
    "customer.credit.apply": {"missing_count", "same_count", "term_count", "unused", "up_count"},
    "customer.tier.standing": {"payment_term_id", "proposed_payment_term_id"},
    "res.config.settings": {"customer_credit_approver_id", "customer_credit_own_requests"},
    "res.partner": {
        "customer_credit_extra",
        "customer_present_term_id",
        "customer_proposed_term_id",
    },
}


class CreditAttackCase(CreditSecurityCase, AttackCase):
    """Beside the core addon's records a limit, a debt and a special approval in each company."""

    computed = COMPUTED
    silent = SILENT
    boss_groups = f"{AttackCase.boss_groups},{CREDIT}"

    @classmethod
    def _more_records(cls, records, user):
        user.company_id.account_use_credit_limit = True
        records = super()._more_records(records, user)
        partner = records["res.partner"].with_company(user.company_id)
        partner.credit_limit = 7777
        # Not invoiced yet: of the limit, this much is used.
        cls._create_order(partner, 8888, date=0, company=user.company_id)
        return records

    @classmethod
    def _shared_customer(cls, records):
        shared = super()._shared_customer(records)
        partner = shared["res.partner"].with_company(cls.company_b)
        partner.credit_limit = 7777
        cls._create_order(partner, 8888, date=0, company=cls.company_b)
        return shared

    def _of_own(self, model, name):
        """Of the own order, that nobody with a limit would owe for it."""
        order = self.own["sale.order"]
        if model == order._name and name == "customer_credit_over":
            return {str(order.amount_total)}
        if model == order._name and name == "customer_credit_warning":
            return {
                f"Shared, who is to pay for {order.name}, has no credit limit, but "
                f"{order.partner_id.name} has one: this needs a special approval of "
                f"{order.currency_id.format(order.amount_total)}."
            }
        return super()._of_own(model, name)
