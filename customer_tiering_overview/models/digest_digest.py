from odoo import fields, models
from odoo.exceptions import AccessError


class DigestDigest(models.Model):
    """What customers did in the time of a digest. All its parts are in this file: the digest's own
    methods change their names in the next version of Odoo."""

    _inherit = "digest.digest"

    kpi_customer_promoted = fields.Boolean("Customers Promoted")
    kpi_customer_promoted_value = fields.Integer(
        compute="_compute_customer_promoted_value", export_string_translation=False
    )
    kpi_customer_demoted = fields.Boolean("Customers Demoted")
    kpi_customer_demoted_value = fields.Integer(
        compute="_compute_customer_demoted_value", export_string_translation=False
    )
    kpi_customer_won_back = fields.Boolean("Customers Won Back")
    kpi_customer_won_back_value = fields.Integer(
        compute="_compute_customer_won_back_value", export_string_translation=False
    )
    kpi_reminder_orders = fields.Boolean("Orders After Reminders")
    kpi_reminder_orders_value = fields.Integer(
        compute="_compute_reminder_orders_value", export_string_translation=False
    )

    def _compute_customer_promoted_value(self):
        self._count_customer_changes("kpi_customer_promoted_value", [("direction", "=", "up")])

    def _compute_customer_demoted_value(self):
        self._count_customer_changes("kpi_customer_demoted_value", [("direction", "=", "down")])

    def _compute_customer_won_back_value(self):
        won_back = [("to_stage", "=", "won_back"), ("from_stage", "!=", False)]
        self._count_customer_changes("kpi_customer_won_back_value", won_back)

    def _compute_reminder_orders_value(self):
        self._require_customer_seller()
        ordered = [("state", "=", "ordered"), ("arm", "!=", "control")]
        start, end, companies = self._get_kpi_compute_parameters()
        rows = self.env["customer.reminder"]._read_group(
            [
                *ordered,
                ("company_id", "in", companies.ids),
                ("order_id.date_order", ">=", start),
                ("order_id.date_order", "<", end),
            ],
            ["company_id"],
            ["__count"],
        )
        self._put_customer_numbers("kpi_reminder_orders_value", rows)

    def _require_customer_seller(self):
        # Whoever may not read it has no such part in the mail.
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("Customer tiers are for salespeople."))

    def _count_customer_changes(self, name, domain):
        """Lines of history within the time of the digest."""
        self._require_customer_seller()
        start, end, companies = self._get_kpi_compute_parameters()
        rows = self.env["customer.tier.change"]._read_group(
            [
                *domain,
                ("merged_from", "=", False),
                ("standing_id.company_id", "in", companies.ids),
                ("date", ">=", start),
                ("date", "<", end),
            ],
            ["standing_id.company_id"],
            ["__count"],
        )
        self._put_customer_numbers(name, rows)

    def _put_customer_numbers(self, name, rows):
        numbers = {company.id: number for company, number in rows}
        for digest in self:
            company = digest.company_id or self.env.company
            digest[name] = numbers.get(company.id, 0)

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("sale.sale_menu_root").id
        changes = f"customer_tiering.customer_tier_change_action?menu_id={menu}"
        stages = f"customer_tiering.customer_tier_change_action_stage?menu_id={menu}"
        reminders = f"customer_tiering_reminder.customer_reminder_action?menu_id={menu}"
        return {
            **actions,
            "kpi_customer_promoted": changes,
            "kpi_customer_demoted": changes,
            "kpi_customer_won_back": stages,
            "kpi_reminder_orders": reminders,
        }
