import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .customer_tier_metric import readable


class CustomerTierProgram(models.Model):
    """How customers move from tier to tier once their figures ask for it."""

    _inherit = "customer.tier.program"

    promotion = fields.Selection(
        selection=[
            ("at_once", "At once"),
            ("review", "At the next review"),
            ("after", "After a return window"),
        ],
        string="Promote",
        required=True,
        default="at_once",
    )
    promotion_days = fields.Integer(
        string="Return Window (days)",
        default=14,
        help="The figures must ask for the higher tier so many days without a break, so that "
        "goods sent back do not leave a tier behind.",
    )
    hold_months = fields.Integer(
        string="Guaranteed For (months)",
        default=12,
        help="Nobody loses a tier within so many months from entering it; 0 guarantees nothing.",
    )
    review_every = fields.Selection(
        selection=[
            ("day", "Every day"),
            ("month", "On the first of each month"),
            ("quarter", "On the first of each quarter"),
            ("year", "On 1 January"),
            ("dates", "On fixed dates"),
            ("anniversary", "A year after each customer entered its tier"),
        ],
        string="Review",
        required=True,
        default="month",
        help="Tiers are lost at reviews only. The first grading on or after the day is the review.",
    )
    review_dates = fields.Char(
        string="Dates",
        default="06-30, 12-31",
        help="Month and day of each date, such as 06-30, 12-31.",
    )
    misses = fields.Integer(
        string="Reviews Missed",
        default=1,
        help="So many reviews in a row must find a customer below what keeps its tier.",
    )
    notice_days = fields.Integer(
        string="Notice Before a Demotion (days)",
        help="Nobody loses a tier at a review unless notice was given so many days before it; 0 "
        "gives none. Who hears of it stands under Messages.",
    )
    one_level = fields.Boolean(
        string="One Level at a Time",
        help="A demotion goes one tier down, however low the figures are.",
    )

    approval = fields.Selection(
        selection=[
            ("none", "Nothing"),
            ("down", "Demotions"),
            ("up", "Promotions"),
            ("both", "Promotions and demotions"),
        ],
        string="Needs Approval",
        required=True,
        default="none",
        help="These changes are proposed and wait until an officer accepts or refuses them. A "
        "change that is refused comes up again at the next review; where every day is one, on the "
        "first of the next month.",
    )

    _movement_range = models.Constraint(
        "check(promotion_days >= 0 and hold_months >= 0 and misses >= 1)",
        "Periods cannot be negative, and at least one missed review is needed for a demotion.",
    )

    _notice_not_negative = models.Constraint(
        "check(notice_days >= 0)",
        "A notice cannot be given a negative number of days before. Enter 0 for none.",
    )

    @api.constrains("review_every", "review_dates")
    def _check_review_dates(self):
        for program in self.filtered(lambda p: p.review_every == "dates"):
            program._review_days()

    def _review_days(self):
        """The fixed dates as pairs of month and day."""
        self.ensure_one()
        days = []
        for text in re.split(r"[,;\s]+", (self.review_dates or "").strip()):
            match = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
            month, day = map(int, match.groups()) if match else (0, 0)
            try:
                # Any leap year: 29 February is a date, too.
                fields.Date.to_date("2024-01-01").replace(month=month, day=day)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "Programme “%(program)s” is reviewed on fixed dates, but “%(text)s” is "
                        "none. Write month and day of each, such as 06-30, 12-31.",
                        program=self.name,
                        text=text,
                    )
                ) from error
            days.append((month, day))
        return tuple(sorted(set(days)))

    def _movement_policy(self):
        """The rules of movement as a frozen value for the grading core."""
        from ..grading.policy import Movement, Review

        self.ensure_one()
        dates = self._review_days() if self.review_every == "dates" else ()
        return Movement(
            promotion=self.promotion,
            promotion_days=self.promotion_days,
            hold_months=self.hold_months,
            misses=self.misses,
            notice_days=self.notice_days,
            one_level=self.one_level,
            approval=self.approval,
            review=Review(self.review_every, dates),
        )


class CustomerTier(models.Model):
    _inherit = "customer.tier"

    keep_score = fields.Float(
        string="Kept From",
        digits=(5, 2),
        help="Score that is enough to stay in the tier; 0: the same as to reach it.",
    )

    @api.constrains("keep_score", "min_score")
    def _check_keep_score(self):
        for tier in self.filtered("keep_score"):
            if tier.keep_score > tier.min_score:
                raise ValidationError(
                    self.env._(
                        "Tier “%(tier)s” is reached from a score of %(entry)s, so it cannot be "
                        "lost below %(keep)s. Enter a lower score to keep it, or 0.",
                        tier=tier.name,
                        entry=readable(self.env, tier.min_score),
                        keep=readable(self.env, tier.keep_score),
                    )
                )
