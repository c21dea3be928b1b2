from odoo import api, fields, models

from .customer_tier_mixin import SALESPEOPLE


class ResPartner(models.Model):
    """What is known of a customer by judgement, on the contact itself."""

    _inherit = "res.partner"

    customer_value_ids = fields.One2many(
        "customer.tier.value",
        string="Values Kept by Hand",
        compute="_compute_customer_values",
        groups=SALESPEOPLE,
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_customer_values(self):
        """The values that count today in the current company, one per metric."""
        company = self.env.company
        Value = self.env["customer.tier.value"]
        kept = Value.search(
            [
                ("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "in", [company.id, False]),
                ("metric_id.active", "=", True),
                ("date", "<=", self.env["customer.tier.gather"]._today(self.env.company)),
            ]
        )
        # As grading does: the latest, and a company's own before that for all.
        latest = {}
        for value in kept.sorted(lambda v: (v.date, bool(v.company_id), v.id)):
            latest[value.partner_id.commercial_partner_id, value.metric_id] = value
        for partner in self:
            customer = partner.commercial_partner_id
            values = [v.id for (owner, _metric), v in latest.items() if owner == customer._origin]
            partner.customer_value_ids = Value.browse(values).sorted(
                lambda v: (v.metric_id.sequence, v.metric_id.id)
            )

    def action_add_customer_value(self):
        """Enter a number for this customer."""
        self.env["customer.tier.value"].check_access("create")
        title = self.env._("Value of %s", self.commercial_partner_id.name)
        return self._open_customer_value(title, self.env["customer.tier.value"])

    def action_assess_customer(self):
        """Answer the questions of the first metric that has some, or go on with today's answers."""
        self.env["customer.tier.value"].check_access("create")
        asked = [("kind", "=", "manual"), ("question_ids", "!=", False)]
        metric = self.env["customer.tier.metric"].search(asked, limit=1)
        today = [
            ("partner_id", "=", self.commercial_partner_id.id),
            ("metric_id", "=", metric.id),
            ("date", "=", self.env["customer.tier.gather"]._today(self.env.company)),
            ("company_id", "in", [self.env.company.id, False]),
        ]
        value = self.env["customer.tier.value"].search(today, order="company_id", limit=1)
        title = self.env._("Assess %s", self.commercial_partner_id.name)
        return self._open_customer_value(title, value, default_metric_id=metric.id)

    def _open_customer_value(self, title, value, **context):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "customer.tier.value",
            "res_id": value.id,
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_partner_id": self.commercial_partner_id.id,
                "customer_tier_one_customer": True,
                **context,
            },
        }

    def action_open_customer_values(self):
        """All values of this customer, the earlier ones too."""
        self.ensure_one()
        self.env["customer.tier.value"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_value_action"
        )
        customer = self.commercial_partner_id
        action["domain"] = [("partner_id.commercial_partner_id", "=", customer.id)]
        action["context"] = {"default_partner_id": customer.id}
        return action
