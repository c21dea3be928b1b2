from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..bulk_fields import BulkMany2one, BulkNumbers


class CustomerTierStanding(models.Model):
    _name = "customer.tier.standing"
    _description = "Customer Grading"
    _order = "score desc, id"
    _rec_name = "partner_id"
    # Rows come by the hundred thousand; graded_at and the history tell what there is to tell.
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    company_id = BulkMany2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    country_id = fields.Many2one(related="partner_id.country_id")
    program_id = BulkMany2one("customer.tier.program", string="Programme", readonly=True)
    tier_id = BulkMany2one(
        "customer.tier",
        readonly=True,
        help="The tier that counts: the one set by hand, else the computed one.",
    )
    tier_color = fields.Integer(related="tier_id.color", string="Tier Color", exportable=False)
    computed_tier_id = BulkMany2one(
        "customer.tier",
        readonly=True,
        help="Where the rules leave the customer, with holds and reviews.",
    )
    target_tier_id = BulkMany2one(
        "customer.tier",
        string="Tier by Figures",
        readonly=True,
        help="What today's figures ask for; the programme says when customers move there.",
    )
    tier_since = fields.Date(string="In Tier Since", readonly=True)
    computed_since = fields.Date(readonly=True)
    guaranteed_until = fields.Date(
        readonly=True, help="The computed tier cannot be lost before this day."
    )
    review_date = fields.Date(
        string="Next Review", readonly=True, help="Empty where every day is a review."
    )
    reviewed_on = fields.Date(string="Last Review", readonly=True)
    above_since = fields.Date(
        readonly=True, help="Since when the figures ask for a higher tier without a break."
    )
    noticed_on = fields.Date(string="Notice Given On", readonly=True)
    missed_reviews = fields.Integer(
        readonly=True, aggregator=None, help="Reviews in a row below what keeps the tier."
    )
    waiting = fields.Selection(
        selection=[
            ("hold", "For the end of the guarantee"),
            ("review", "For the next review"),
            ("window", "For the end of the return window"),
            ("miss", "For another missed review"),
            ("notice", "For a notice in time"),
            ("locked", "Locked"),
            ("approval", "For approval"),
        ],
        readonly=True,
        help="What keeps the customer from the tier that today's figures ask for.",
    )
    score = fields.Float(readonly=True, aggregator="avg")
    coverage = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Share of the indicators' weight for which this customer has a value; the score "
        "rests on these.",
    )
    amount = fields.Monetary(
        string="Amount Bought",
        readonly=True,
        help="Untaxed, in company currency, over the months that the metric looks at.",
    )
    order_count = fields.Integer(string="Orders", readonly=True)
    last_order_date = fields.Date(string="Last Order", readonly=True)
    recency_days = fields.Integer(
        string="Days Since Last Order",
        compute="_compute_recency_days",
        search="_search_recency_days",
        aggregator="avg",
        help="Counted on the day of the last grading.",
    )
    next_order_date = fields.Date(
        string="Next Order Expected",
        readonly=True,
        help="Last order plus the customer's own order interval, drawn towards the typical "
        "interval of the programme while there are few orders.",
    )
    rfm_r = fields.Integer(string="Recency (R)", readonly=True, aggregator="avg")
    rfm_f = fields.Integer(string="Frequency (F)", readonly=True, aggregator="avg")
    rfm_m = fields.Integer(string="Monetary Value (M)", readonly=True, aggregator="avg")
    segment_id = BulkMany2one("customer.tier.segment", string="RFM Segment", readonly=True)
    segment_color = fields.Integer(
        related="segment_id.color", string="Segment Color", exportable=False
    )
    rfm_segment = fields.Char(related="segment_id.name", string="RFM Segment Name")
    graded_at = fields.Datetime(
        string="Last Change by Grading",
        readonly=True,
        help="When grading last found something new about this customer.",
    )
    policy_id = BulkMany2one(
        "customer.tier.policy",
        readonly=True,
        help="The rules that the grading followed.",
    )
    numbers = BulkNumbers(
        readonly=True,
        exportable=False,
        help="What the grading found out and decided, in the order that its rules name.",
    )
    change_ids = fields.One2many(
        "customer.tier.change", "standing_id", string="Tier History", readonly=True
    )

    _partner_company_unique = models.Constraint(
        "unique(partner_id, company_id)", "A customer has one grading per company."
    )
    _company_tier_idx = models.Index("(company_id, tier_id, score)")

    @api.model
    def _same_choices(self, name):
        """The choices of field `name` in the user's language, for a field that offers the same:
        choices that a function gives have no translations of their own."""
        return self._fields[name]._description_selection(self.env)

    def _counted_on(self):
        """The day that the figures are of: that of the last grading of everybody; for whoever
        ordered after it today, as they were graded again alone."""
        graded_on, last = self.sudo().company_id.customer_tier_graded_on, self.last_order_date
        ordered_since = graded_on and last and last > graded_on
        return fields.Date.context_today(self) if ordered_since else graded_on

    @api.depends("last_order_date", "company_id.customer_tier_graded_on")
    def _compute_recency_days(self):
        today = fields.Date.context_today(self)
        for standing in self:
            # Kept out of the table: it grows by one for every customer every day.
            last, day = standing.last_order_date, standing._counted_on() or today
            standing.recency_days = max((day - last).days, 0) if last else False

    def _search_recency_days(self, operator, value):
        field = self._fields["recency_days"]
        return Domain.custom(
            to_sql=lambda model, alias, query: field.condition_to_sql(
                field.name, operator, value, model, alias, query
            )
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "recency_days" or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        company = query.make_alias(alias, "company_id")
        query.add_join(
            "LEFT JOIN",
            company,
            "res_company",
            SQL(
                "%s = %s",
                SQL.identifier(alias, "company_id"),
                SQL.identifier(company, "id"),
            ),
        )
        return SQL(
            "(CASE WHEN %(graded)s >= %(last)s THEN %(graded)s - %(last)s"
            " WHEN %(last)s IS NOT NULL THEN GREATEST(%(today)s::date - %(last)s, 0) END)",
            graded=SQL.identifier(company, "customer_tier_graded_on"),
            today=fields.Date.context_today(self),
            last=SQL.identifier(alias, "last_order_date"),
        )

    @api.model
    def action_open_grading(self):
        """Entry of the menu: the graded customers, or where there is nothing yet and the user
        may change that, the choice of a preset."""
        Program = self.env["customer.tier.program"]
        may_start = self.env.user.has_group("customer_tiering.group_manager")
        if may_start and not Program._company_has_program(self.env.company.id):
            return self.env["customer.tier.start"]._open()
        return Program.action_open_standings()

    def action_grade(self):
        """Grade these customers now, as of today, and say what came of it."""
        self.check_access("write")
        changed = 0
        for company, standings in self.grouped("company_id").items():
            if not self.env["customer.tier.program"]._company_has_program(company.id):
                raise UserError(self.env._("There is no tier programme for %s.", company.name))
            run = self.env["customer.tier.run"]
            changed += run._grade_partners(standings.partner_id, company)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self._told_graded(changed),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _told_graded(self, changed):
        if not changed:
            return self.env._("Graded; nothing has changed.")
        if len(self) == 1:
            return self.env._("Graded; there is something new.")
        if changed == 1:
            return self.env._("Graded; there is something new about one customer.")
        return self.env._("Graded; there is something new about %s customers.", changed)

    def action_open_orders(self):
        """The confirmed orders that the grading looked at."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        domain = [
            ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("state", "=", "sale"),
        ]
        return {**action, "domain": domain, "context": {"create": False}}

    def action_open_partner(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()
