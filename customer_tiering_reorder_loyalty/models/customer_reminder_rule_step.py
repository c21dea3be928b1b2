from psycopg2.errors import LockNotAvailable, SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .. import offer as offers
from ..offer import COUPON, POINTS, PROMOTION

# How late an offer comes where nobody says anything else, in hundredths of the rhythm.
USUALLY_AFTER = 50


class CustomerReminderRuleStep(models.Model):
    """Steps that carry an offer: who is late gets a coupon, points, or is told of a promotion."""

    _inherit = "customer.reminder.rule.step"

    offer = fields.Selection(
        [(COUPON, "Coupon"), (POINTS, "Loyalty points"), (PROMOTION, "Running promotion")],
        help="Made when the step is sent, for customers whom the rule's share of offers has drawn; "
        "the others get the step without it, so that it is known what the offer brings. Whoever "
        "still buys by itself gets none: an offer never comes before the order was expected.",
    )
    offer_program_id = fields.Many2one(
        "loyalty.program",
        string="Loyalty Programme",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('program_type', 'in', {'coupon': ['coupons'], 'points': ['loyalty'], "
        "'promotion': ['promotion', 'promo_code', 'buy_x_get_y']}.get(offer, []))]",
        help="A coupon programme for coupons, a loyalty programme for points. Whom its tiers, "
        "stage or pricelists leave out gets no offer. A coupon is this customer's alone.",
    )
    offer_points = fields.Float(string="Points", default=10)
    offer_valid_days = fields.Integer(
        string="Valid for (days)",
        default=14,
        help="The coupon is void afterwards, and as soon as the reminder ends.",
    )
    offer_once_days = fields.Integer(
        string="Once in (days)",
        default=180,
        help="A customer gets one offer in so many days at most, whichever rule it is of.",
    )
    offer_budget = fields.Float(
        string="Budget a Month",
        help="In company currency: what the offers of a calendar month cost, if all of them are "
        "used on a usual order. 0 sets no limit.",
    )
    offer_budget_count = fields.Integer(
        string="Offers a Month", help="In a calendar month, at most; 0 sets no limit."
    )
    offer_most = fields.Float(
        string="Most in All (%)",
        default=20,
        help="Discount of the customer's tier and offer together. Who would get more gets no "
        "offer.",
    )
    offer_learned_wait = fields.Boolean(
        string="Later for Who Waits for Offers",
        default=True,
        help="A customer whose last two orders both came with an offer of a reminder has learnt to "
        "wait for one. It gets the next no sooner than a whole rhythm after its order was "
        "expected.",
    )
    # Changed by each offer: who counts what is left of the budget must be the only one.
    offer_given_count = fields.Integer(string="Offers Given", readonly=True, copy=False)

    _offer_numbers = models.Constraint(
        "check(offer_valid_days between 1 and 366 and offer_once_days >= 0 and offer_budget >= 0 "
        "and offer_budget_count >= 0)",
        "An offer is valid for 1 to 366 days; its budget and the days between two offers cannot be "
        "negative.",
    )
    _offer_most_range = models.Constraint(
        "check(offer_most between 0 and 100)", "Enter a percentage between 0 and 100."
    )

    @api.constrains("offer", "offer_program_id", "offer_points", "rule_id")
    def _check_offer(self):
        for step in self.filtered("offer"):
            program = step.offer_program_id
            if program.program_type not in offers.PROGRAM_TYPES[step.offer]:
                raise ValidationError(
                    self.env._(
                        "Choose the programme that the step offers: for coupons a coupon "
                        "programme, for points a loyalty programme, else a promotion."
                    )
                )
            company = step.rule_id.company_id
            if program.company_id and company and program.company_id != company:
                raise ValidationError(
                    self.env._(
                        "“%(program)s” is a programme of %(other)s: choose one of %(company)s.",
                        program=program.name,
                        other=program.company_id.name,
                        company=company.name,
                    )
                )
            if step.offer == POINTS and step.offer_points <= 0:
                raise ValidationError(self.env._("Enter how many points the step gives."))

    @api.constrains("offer", "offset_days", "offset_share", "rule_id")
    def _check_offer_moment(self):
        """Nobody gets an offer for what it would have bought anyway."""
        for step in self.filtered("offer"):
            rule = step.rule_id
            # Late is after it was expected.
            first = 1 if rule.reminds_at == "expected" else 0
            days = rule.lead_days + step.offset_days
            if days + step.offset_share < first or (not step.offset_share and days < first):
                raise ValidationError(
                    self.env._(
                        "An offer must not come before the day on which the order is expected has "
                        "passed: many would order by themselves, and it would be given away. Let "
                        "the step come later (for example half the rhythm), or have the rule "
                        "remind when the order is late."
                    )
                )

    @api.onchange("offer")
    def _onchange_offer(self):
        program = self.offer_program_id
        if not self.offer or program.program_type not in offers.PROGRAM_TYPES[self.offer]:
            self.offer_program_id = False
        if self.offer and not (self.offset_days or self.offset_share):
            self.offset_share = USUALLY_AFTER

    # The budget

    def _claim_budget(self):
        """Be the only one who gives offers of this step, until the end of the transaction.

        :return: False where somebody else is at it, or was since this transaction began: what was
            given then cannot be seen
        """
        self.ensure_one()
        lock = SQL(
            "SELECT FROM customer_reminder_rule_step WHERE id = %s FOR NO KEY UPDATE NOWAIT",
            self.id,
        )
        count = SQL(
            "UPDATE customer_reminder_rule_step "
            "SET offer_given_count = COALESCE(offer_given_count, 0) + 1 WHERE id = %s",
            self.id,
        )
        try:
            with self.env.cr.savepoint():
                # Who comes second tries again, which is nothing to log.
                self.env.cr.execute(lock, log_exceptions=False)
                self.env.cr.execute(count, log_exceptions=False)
        except (LockNotAvailable, SerializationFailure):
            return False
        self.invalidate_recordset(["offer_given_count"], flush=False)
        return True

    def _release_budget(self):
        """Nothing was given after all."""
        self.env.cr.execute(
            SQL(
                "UPDATE customer_reminder_rule_step SET offer_given_count = offer_given_count - 1 "
                "WHERE id = %s",
                self.id,
            )
        )
        self.invalidate_recordset(["offer_given_count"], flush=False)

    def _given_in_month(self, company, day):
        """What was given in the month of a day, used or not: number and cost in company
        currency."""
        self.env.flush_all()
        begin = fields.Date.start_of(day, "month")
        query = SQL(
            """SELECT COUNT(*), COALESCE(SUM(offer_cost), 0) FROM customer_reminder
                WHERE offer_step_id = %s AND company_id = %s AND offered_on >= %s
                  AND offered_on < %s""",
            self.id,
            company.id,
            begin,
            fields.Date.add(begin, months=1),
        )
        return self.env.execute_query(query)[0]

    def _offer_share_of_order(self):
        """What the offer takes off a usual order of the current company's customers, 0–1."""
        company = self.env.company
        query = SQL(
            """SELECT SUM(amount) / NULLIF(SUM(order_count), 0) FROM customer_tier_standing
                WHERE company_id = %s AND amount > 0""",
            company.id,
        )
        usual = self.env.execute_query(query)[0][0] or 0.0
        day = self.env["customer.tier.gather"]._today(company)
        program = self.offer_program_id.sudo()
        return offers.cost(program, self._points(), usual, company, day).share

    def _points(self):
        """How many points of the programme a customer gets."""
        if self.offer == POINTS:
            return self.offer_points
        # Programmes are read by the system, which gives the offers.
        return offers.points_of_coupon(self.offer_program_id.sudo())

    def _besides_sample(self):
        if not (self.offer and self.offer_program_id):
            return super()._besides_sample()
        today = self.env["customer.tier.gather"]._today(self.env.company)
        until = fields.Date.add(today, days=self.offer_valid_days)
        return offers.sample(self.sudo().env, self.sudo(), until)

    # Demo data

    @api.model
    @api.private
    def _load_offer_demo(self):
        """A simulated year of reminders, half of them with a coupon."""
        from ..demo.offers import create_offers

        create_offers(self.env, self.env.ref("base.main_company"))
