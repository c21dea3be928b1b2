import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, format_date

_logger = logging.getLogger(__name__)


class CustomerReminder(models.Model):
    """One reminder to one salesperson about one customer, kept after it has ended: it tells when
    the customer was last approached."""

    _name = "customer.reminder"
    _description = "Repurchase Reminder"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    rule_id = fields.Many2one(
        "customer.reminder.rule", required=True, ondelete="cascade", index=True, readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    tier_id = fields.Many2one("customer.tier", ondelete="set null", readonly=True)
    tier_color = fields.Integer(related="tier_id.color", string="Tier Color")
    date = fields.Date(string="Reminded On", required=True, readonly=True)
    expected_date = fields.Date(string="Expected", readonly=True)
    activity_id = fields.Many2one("mail.activity", ondelete="set null", readonly=True)
    order_id = fields.Many2one("sale.order", string="Order", ondelete="set null", readonly=True)
    state = fields.Selection(
        selection=[
            ("open", "Open"),
            ("ordered", "Customer Ordered"),
            ("done", "Done"),
            ("cancel", "Dismissed"),
        ],
        default="open",
        required=True,
        readonly=True,
    )

    _one_open = models.UniqueIndex(
        "(partner_id, company_id, rule_id) WHERE state = 'open'",
        "A customer has one open reminder per rule at most.",
    )
    _partner_idx = models.Index("(partner_id, company_id, date)")

    @api.model
    def _open(self, rule, standings, as_of):
        """Create reminders with one activity each.

        A customer whose activity cannot be made is reported in the log and left out.
        """
        users = self._responsible_users(standings)
        reminders = self.browse()
        try:
            with self.env.cr.savepoint():
                return self._create_with_activity(rule, standings, users, as_of)
        except Exception:
            _logger.exception("Reminders of rule %s failed together; trying one by one", rule.id)
        for standing in standings:
            try:
                with self.env.cr.savepoint():
                    reminders |= self._create_with_activity(rule, standing, users, as_of)
            except Exception:
                _logger.exception("No reminder for customer %s", standing.partner_id.id)
        return reminders

    def _create_with_activity(self, rule, standings, users, as_of):
        # One e-mail per activity would be a flood; the list of activities is what counts.
        Activity = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activities = Activity.create(
            [self._activity_vals(rule, standing, users[standing]) for standing in standings]
        )
        return self.create(
            [
                {
                    "rule_id": rule.id,
                    "partner_id": standing.partner_id.id,
                    "company_id": standing.company_id.id,
                    "user_id": users[standing].id,
                    "tier_id": standing.tier_id.id,
                    "date": as_of,
                    "expected_date": standing.next_order_date,
                    "activity_id": activity.id,
                }
                for standing, activity in zip(standings, activities, strict=True)
            ]
        )

    def _activity_vals(self, rule, standing, user):
        env = self.with_context(lang=user.lang).env
        day = format_date(env, standing.next_order_date)
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": standing.partner_id.id,
            "activity_type_id": rule.activity_type_id.id,
            "summary": env._("Order expected since %s", day),
            "note": env._(
                "Last order: %(last)s. This customer usually orders again by %(expected)s.",
                last=format_date(env, standing.last_order_date),
                expected=day,
            ),
            "date_deadline": fields.Date.context_today(self),
            "user_id": user.id,
            "automated": True,
        }

    def _responsible_users(self, standings):
        """Who is reminded about each standing: the salesperson, else the leader of the team of
        the last order, else the company's fallback user, else the administrator."""
        leaders = self._team_leaders(standings)
        admin = self.env.ref("base.user_admin")
        result = {}
        for standing in standings:
            company = standing.company_id
            candidates = (
                standing.partner_id.user_id,
                leaders.get(standing.partner_id.id, self.env["res.users"]),
                company.customer_tier_fallback_user_id,
            )
            able = (user for user in candidates if self._can_be_reminded(user, company))
            result[standing] = next(able, admin)
        return result

    def _can_be_reminded(self, user, company):
        return user and user.active and not user.share and company in user.company_ids

    def _team_leaders(self, standings):
        """Leader of the sales team of each customer's last confirmed order."""
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (p.commercial_partner_id) p.commercial_partner_id, t.user_id
                  FROM sale_order o
                  JOIN res_partner p ON p.id = o.partner_id
                  JOIN crm_team t ON t.id = o.team_id
                 WHERE o.state = 'sale' AND o.company_id = ANY(%s)
                   AND p.commercial_partner_id = ANY(%s) AND t.user_id IS NOT NULL
                 ORDER BY p.commercial_partner_id, o.date_order DESC
                """,
                standings.company_id.ids,
                standings.partner_id.ids,
            )
        )
        users = self.env["res.users"]
        return {partner: users.browse(user) for partner, user in self.env.cr.fetchall()}

    @api.model
    def _note_ended(self, company):
        """Take over what people did with their activities: done, or dismissed."""
        for reminder in self.search([("company_id", "=", company.id), ("state", "=", "open")]):
            if not reminder.activity_id:
                reminder.state = "cancel"
            elif not reminder.activity_id.active:
                reminder.state = "done"

    @api.model
    def _close_fulfilled(self, partners):
        """Close open reminders of customers who have ordered since.

        :param partners: commercial partners
        """
        # The salesperson who confirms the order need not be the one who was reminded.
        reminders = self.sudo().search(
            [("partner_id", "in", partners.ids), ("state", "=", "open")]
        )
        orders = reminders._orders_since()
        closed = defaultdict(self.browse)
        for reminder in reminders:
            if order := orders.get(reminder):
                closed[order] |= reminder
        for order, done in closed.items():
            done.write({"state": "ordered", "order_id": order.id})
            done.activity_id.filtered("active").action_feedback(
                feedback=self.env._("Order %s came in.", order.name)
            )

    def _orders_since(self):
        """First confirmed order on or after the day of each reminder."""
        orders = self.env["sale.order"].search(
            [
                ("state", "=", "sale"),
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("date_order", ">=", min(self.mapped("date"), default=False)),
            ],
            order="date_order",
        ) if self else self.env["sale.order"]
        result = {}
        for reminder in self:
            result[reminder] = orders.filtered(
                lambda order, reminder=reminder: (
                    order.partner_id.commercial_partner_id == reminder.partner_id
                    and order.company_id == reminder.company_id
                    and order.date_order.date() >= reminder.date
                )
            )[:1]
        return result
