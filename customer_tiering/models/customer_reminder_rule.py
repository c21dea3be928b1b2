import logging
from datetime import timedelta

from odoo import fields, models

_logger = logging.getLogger(__name__)


class CustomerReminderRule(models.Model):
    _name = "customer.reminder.rule"
    _description = "Repurchase Reminder Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    tier_ids = fields.Many2many(
        "customer.tier", string="Tiers", help="Only customers of these tiers; empty: all."
    )
    lead_days = fields.Integer(
        string="Days After the Expected Date",
        default=0,
        help="How long past the expected next order the reminder comes; a negative number "
        "reminds before.",
    )
    max_late_days = fields.Integer(
        string="Not Later Than (days)",
        default=60,
        help="Customers who are overdue for longer are dormant rather than late and get none.",
    )
    min_order_count = fields.Integer(
        string="Minimum Orders",
        default=2,
        help="Orders that a customer must have before its rhythm is trusted.",
    )
    gap_days = fields.Integer(
        string="Days Between Reminders",
        default=30,
        help="A customer is left in peace for so long after a reminder of this rule.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        required=True,
        default=lambda self: self.env.ref(
            "customer_tiering.mail_activity_type_reorder", raise_if_not_found=False
        ),
        domain="[('res_model', 'in', (False, 'res.partner'))]",
        ondelete="restrict",
    )
    reminder_count = fields.Integer(compute="_compute_reminder_count")

    _days_not_negative = models.Constraint(
        "check(max_late_days >= 0 and gap_days >= 0 and min_order_count >= 0)",
        "Days and numbers of orders in a reminder rule cannot be negative.",
    )
    _late_after_lead = models.Constraint(
        "check(max_late_days >= lead_days)",
        "“Not later than” must not be less than the days after the expected date, or no "
        "customer would ever be reminded.",
    )

    def _compute_reminder_count(self):
        counts = dict(
            self.env["customer.reminder"]._read_group(
                [("rule_id", "in", self.ids), ("state", "=", "open")], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.reminder_count = counts.get(rule, 0)

    def _remind(self, company, as_of):
        """Make the reminders of a company that are due, for all rules.

        :return: the new ``customer.reminder`` records
        """
        # Runs for the whole company, whoever started the grading.
        Reminder = self.env["customer.reminder"].sudo()
        Reminder._note_ended(company)
        reminders = Reminder
        for rule in self.sudo().search([("company_id", "in", (False, company.id))]):
            standings = rule._due_standings(company, as_of)
            if standings:
                reminders |= Reminder._open(rule, standings, as_of)
        return reminders

    def _due_standings(self, company, as_of):
        """Standings of customers whose reminder is due and who are not left in peace."""
        self.ensure_one()
        domain = [
            ("company_id", "=", company.id),
            ("next_order_date", "<=", as_of - timedelta(days=self.lead_days)),
            ("next_order_date", ">=", as_of - timedelta(days=self.max_late_days)),
            ("order_count", ">=", self.min_order_count),
            ("partner_id.active", "=", True),
        ]
        if self.tier_ids:
            domain.append(("tier_id", "in", self.tier_ids.ids))
        standings = self.env["customer.tier.standing"].search(domain, order="id")
        recent = self.env["customer.reminder"].search_fetch(
            [
                ("rule_id", "=", self.id),
                ("company_id", "=", company.id),
                ("partner_id", "in", standings.partner_id.ids),
                "|",
                ("state", "=", "open"),
                ("date", ">", as_of - timedelta(days=self.gap_days)),
            ],
            ["partner_id"],
        )
        standings = standings.filtered(lambda s: s.partner_id not in recent.partner_id)
        ordered = self._ordered_since(standings)
        return standings.filtered(lambda s: s not in ordered)

    def _ordered_since(self, standings):
        """Standings of customers with a confirmed order after the last one that was graded:
        an older as-of date must not remind them."""
        groups = self.env["sale.order"]._read_group(
            [
                ("state", "=", "sale"),
                ("company_id", "in", standings.company_id.ids),
                ("amount_untaxed", ">", 0),
                ("partner_id.commercial_partner_id", "in", standings.partner_id.ids),
            ],
            ["partner_id.commercial_partner_id"],
            ["date_order:max"],
        )
        last = {partner.id: moment for partner, moment in groups}
        return standings.filtered(
            lambda s: (
                s.partner_id.id in last
                # One day of slack: the standing's date is local, the order's moment is UTC.
                and last[s.partner_id.id].date() > s.last_order_date + timedelta(days=1)
            )
        )
