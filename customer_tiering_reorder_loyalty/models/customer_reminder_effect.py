from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import assignment
from odoo.tools import SQL

from .. import offer_words


class CustomerReminderEffect(models.Model):
    """Whether the offer of a rule pays: customers who got one, compared with those who were only
    reminded."""

    _inherit = "customer.reminder.effect"

    offer_count = fields.Integer(string="With an Offer, Compared", compute="_compute_offer_effect")
    offer_ordered_count = fields.Integer(string="Ordered of Those", compute="_compute_offer_effect")
    plain_count = fields.Integer(string="Only Reminded, Compared", compute="_compute_offer_effect")
    plain_ordered_count = fields.Integer(
        string="Ordered of Those Only Reminded", compute="_compute_offer_effect"
    )
    offer_difference = fields.Float(
        string="Offer: Difference (Points)", compute="_compute_offer_effect", digits=(16, 1)
    )
    offer_from = fields.Float(compute="_compute_offer_effect", digits=(16, 1))
    offer_to = fields.Float(compute="_compute_offer_effect", digits=(16, 1))
    offer_given_count = fields.Integer(
        string="Offers Given",
        compute="_compute_offer_effect",
        help="Of customers compared or not.",
    )
    offer_cost = fields.Monetary(
        string="Offers Cost",
        compute="_compute_offer_effect",
        help="If each is used on a usual order.",
    )
    offer_margin_difference = fields.Monetary(
        string="Margin More per Customer",
        compute="_compute_offer_effect",
        help="Mean margin of a customer drawn for an offer less that of one only reminded, after "
        "what the offers took off; with the largest hundredth cut.",
    )
    offer_margin_from = fields.Monetary(compute="_compute_offer_effect")
    offer_margin_to = fields.Monetary(compute="_compute_offer_effect")
    offer_margin_per_offer = fields.Monetary(
        string="Margin More per Offer Given",
        compute="_compute_offer_effect",
        help="The same for each offer that was given: not everybody drawn for one gets it.",
    )
    offer_words = fields.Text(string="Offer in Words", compute="_compute_offer_effect")

    @api.depends("case_count")
    @api.depends_context("lang")
    def _compute_offer_effect(self):
        for row in self:
            row._tell_offer(row._compared_offers())

    def _compared_offers(self):
        """Cases with and without an offer, as of :meth:`_compared`: whether held back stands for
        whether without, and the amount is the margin."""
        self.check_access("read")
        rule = self._offers_of()
        return self.env.execute_query(
            SQL(
                """
                SELECT r.rule_id, r.experiment, r.arm = %(treated)s,
                       (COALESCE(r.window_orders, 0) > 0)::int, COALESCE(r.window_margin, 0), r.date
                  FROM customer_reminder r
                  JOIN (SELECT company_id, experiment, MIN(date) AS begun FROM customer_reminder
                         WHERE arm = %(offer)s AND experiment IS NOT NULL
                         GROUP BY company_id, experiment) e
                    ON e.company_id = r.company_id AND e.experiment = r.experiment
                 WHERE r.company_id = %(company)s AND r.measured_on IS NOT NULL AND %(rule)s
                   AND r.arm IN (%(offer)s, %(treated)s) AND r.date >= e.begun
                   AND NOT EXISTS (
                       SELECT FROM customer_reminder f
                        WHERE f.partner_id = r.partner_id AND f.company_id = r.company_id
                          AND f.experiment = r.experiment AND f.date >= e.begun AND f.id < r.id)
                 ORDER BY r.date, r.id
                """,
                company=self.company_id.id,
                rule=rule,
                offer=assignment.OFFER,
                treated=assignment.TREATED,
            )
        )

    def _offers_of(self):
        """Condition on reminders ``r``; what is no reminder has no offers."""
        if not self.kind:
            return SQL("TRUE")
        return SQL("r.rule_id = %s", self.rule_id.id) if self.rule_id else SQL("FALSE")

    def _given(self):
        """Number and cost of the offers that were given, and of the cases drawn for one."""
        self.check_access("read")
        rule = self._offers_of()
        query = SQL(
            """SELECT COUNT(r.offered_on),
                      COALESCE(SUM(r.offer_cost) FILTER (WHERE r.offered_on IS NOT NULL), 0),
                      COUNT(*) FILTER (WHERE r.arm = %s)
                 FROM customer_reminder r WHERE r.company_id = %s AND %s""",
            assignment.OFFER,
            self.company_id.id,
            rule,
        )
        return self.env.execute_query(query)[0]

    def _tell_offer(self, cases):
        from odoo.addons.customer_tiering.grading import effect

        known = self._known(effect, cases)
        count, cost, drawn = self._given()
        # Of a customer drawn, so many offers.
        given = count / drawn if drawn else 0
        needed = self._needed_points(effect, known)
        measured = bool(known.cases and known.control)
        margin = known.amounts if measured else (0, 0, 0)
        self.update(
            {
                "offer_count": known.cases,
                "offer_ordered_count": known.ordered,
                "plain_count": known.control,
                "plain_ordered_count": known.control_ordered,
                "offer_difference": 100 * known.difference,
                "offer_from": 100 * known.low if measured else 0,
                "offer_to": 100 * known.high if measured else 0,
                "offer_margin_difference": margin[0],
                "offer_margin_from": margin[1],
                "offer_margin_to": margin[2],
                "offer_margin_per_offer": margin[0] / given if given else 0,
                "offer_given_count": count,
                "offer_cost": cost,
                "offer_words": offer_words.say(self.env, known, needed) if measured else False,
            }
        )

    def _needed_points(self, effect, known):
        """By how much more the offer must make customers order so that it pays, as a share; none
        where no rule is looked at."""
        offering = self.rule_id.step_ids.filtered(lambda step: step.offer and step.offer_program_id)
        if not offering or not known.control:
            return None
        share = max(step._offer_share_of_order() for step in offering)
        base = known.control_rate
        return float(effect.break_even(base, self.rule_id.offer_margin / 100, share)) - base
