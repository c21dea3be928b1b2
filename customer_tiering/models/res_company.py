from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..grading.policy import Credit

# When companies sleep, by their own clocks.
NIGHT = time(2)


class ResCompany(models.Model):
    """Settings of customer grading, and how payments become a credit score."""

    _inherit = "res.company"

    # Grading

    customer_tier_graded_on = fields.Date(
        string="Customers Graded As Of",
        readonly=True,
        help="As-of date of the last finished grading of all customers.",
    )
    customer_tier_nightly = fields.Boolean(string="Grade Customers Every Night", default=True)
    customer_tier_check_day = fields.Selection(
        selection=[
            ("0", "On Mondays"),
            ("1", "On Tuesdays"),
            ("2", "On Wednesdays"),
            ("3", "On Thursdays"),
            ("4", "On Fridays"),
            ("5", "On Saturdays"),
            ("6", "On Sundays"),
            ("every", "Every night"),
        ],
        string="Look at Everybody",
        default="6",
        required=True,
        help="In other nights only customers are graded who ordered, paid or were changed, or "
        "whose day has come. Once a week everybody is, and whatever differs is a problem of that "
        "grading.",
    )
    customer_tier_complete_on = fields.Date(
        readonly=True, help="The day of the last finished grading that looked at everybody."
    )
    customer_tier_stamp = fields.Char(
        readonly=True, help="A digest of the settings that everybody was graded by then."
    )
    customer_tier_seen = fields.Json(
        readonly=True, help="The state of the tables that the last grading compared with."
    )
    customer_tier_count_all_orders = fields.Boolean(
        string="Count Zero and Negative Orders",
        help="Whether orders without a positive amount (samples, returns) count for the number "
        "of orders and the order rhythm. Their amount always counts.",
    )
    customer_tier_ask_reason = fields.Boolean(
        string="Ask Why a Tier Is Set by Hand",
        default=True,
        help="Whoever sets a customer's tier by hand gives a reason, which the history shows. A "
        "lock needs one in any case.",
    )
    customer_tier_fallback_user_id = fields.Many2one(
        "res.users",
        string="To-Dos Without a Salesperson Go To",
        domain="[('share', '=', False)]",
        help="Gets the to-do when neither the customer has a salesperson nor the team of "
        "the last order a leader.",
    )
    customer_tier_tell_limit = fields.Integer(
        string="Ask Before Telling About More Than",
        default=200,
        help="A grading that changes the tiers of more customers at once tells nobody before an "
        "officer has agreed; 0 always asks.",
    )

    # Credit score

    customer_credit_window_days = fields.Integer(
        string="Payments Looked At (days)",
        default=365,
        help="Payments of so many days count for the credit score, and whatever is overdue.",
    )
    customer_credit_min_invoices = fields.Integer(
        string="Invoices for a Credit Score",
        default=3,
        help="With fewer different invoices the credit score is unknown.",
    )
    customer_credit_clamp = fields.Boolean(
        string="Early Payment Is No Merit",
        help="Counts a payment before the due date like one on the day, so that it cannot make "
        "up for a late one.",
    )
    customer_credit_tolerance = fields.Monetary(
        string="Payment Tolerance",
        compute="_compute_customer_credit_tolerance",
        store=True,
        readonly=False,
        help="Rests of a debt up to this amount, open or written off with a payment, are nobody's "
        "delay. 0 tolerates only the smallest amount of the currency.",
    )
    customer_credit_paying_account_ids = fields.Many2many(
        "account.account",
        "customer_credit_paying_account_rel",
        "company_id",
        "account_id",
        string="Further Accounts That Pay",
        check_company=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'equity', 'equity_unaffected'))]",
        help="A debt is paid where an entry settles it with money, or with what we owed the "
        "customer. Name other accounts whose entries pay as well, such as one of notes receivable. "
        "What is settled with any other account counts as lost.",
    )
    customer_credit_low_from = fields.Float(string="Low Risk From", default=80.0, digits=(5, 2))
    customer_credit_medium_from = fields.Float(
        string="Medium Risk From", default=50.0, digits=(5, 2)
    )

    _customer_tier_tell_limit_not_negative = models.Constraint(
        "check(customer_tier_tell_limit >= 0)",
        "The number of customers to tell about without asking cannot be negative. Enter 0 to be "
        "asked always.",
    )

    _customer_credit_tolerance_not_negative = models.Constraint(
        "check(customer_credit_tolerance >= 0)",
        "The payment tolerance cannot be negative. Enter 0 to tolerate only the smallest amount of "
        "the currency.",
    )

    @api.depends("currency_id")
    def _compute_customer_credit_tolerance(self):
        for company in self:
            # One, where there are hundredths; a hundred, where there are none.
            company.customer_credit_tolerance = 100 * company.currency_id.rounding

    @api.constrains("customer_credit_window_days", "customer_credit_min_invoices")
    def _check_customer_credit_numbers(self):
        for company in self:
            if not 1 <= company.customer_credit_window_days <= 3660:
                raise ValidationError(
                    self.env._(
                        "The credit score looks at payments of 1 to 3660 days. Enter such a number."
                    )
                )
            if company.customer_credit_min_invoices < 1:
                raise ValidationError(
                    self.env._("A credit score needs at least 1 invoice. Enter 1 or more.")
                )

    @api.constrains("customer_credit_low_from", "customer_credit_medium_from")
    def _check_customer_credit_bands(self):
        for company in self:
            low, medium = company.customer_credit_low_from, company.customer_credit_medium_from
            if not 0 <= medium <= low <= 100:
                raise ValidationError(
                    self.env._(
                        "Credit scores go from 0 to 100, and a medium risk begins below a low "
                        "one. Enter for the medium risk at most what the low risk begins with."
                    )
                )

    def _customer_tier_next_night(self, now):
        """When everybody of the company is graded next: in the night, by its own clock.

        :param now: naive UTC
        :return: naive UTC
        """
        self.ensure_one()
        zone = timezone(self.env["customer.tier.gather"]._timezone(self))
        local = utc.localize(now).astimezone(zone)
        day = local.date() + timedelta(days=local.hour >= NIGHT.hour)
        # Where the clock is put forward over it, the moment after.
        night = zone.normalize(zone.localize(datetime.combine(day, NIGHT), is_dst=False))
        return night.astimezone(utc).replace(tzinfo=None)

    @api.model
    def _customer_tier_wake_at_night(self):
        """Have the job woken in the next night of each company that is graded then."""
        cron, now = self.env.ref("customer_tiering.ir_cron_grade"), fields.Datetime.now()
        companies = (
            self.env["customer.tier.program"].search([("company_id", "!=", False)]).company_id
        )
        nights = {
            company._customer_tier_next_night(now)
            for company in companies.filtered("customer_tier_nightly")
        }
        known = [("cron_id", "=", cron.id), ("call_at", "in", list(nights))]
        nights -= set(self.env["ir.cron.trigger"].search(known).mapped("call_at"))
        if nights:
            cron._trigger(at=sorted(nights))

    def _customer_credit_policy(self):
        """The settings as a frozen value for the grading core."""
        # Whoever grades, and whoever looks at a grading, may not read the company's settings.
        company = self.sudo()
        return Credit(
            window_days=company.customer_credit_window_days,
            min_invoices=company.customer_credit_min_invoices,
            clamp=company.customer_credit_clamp,
            low_from=company.customer_credit_low_from,
            medium_from=company.customer_credit_medium_from,
            tolerance=company.customer_credit_tolerance,
            unit=company.currency_id.rounding,
        )

    def _activate_or_create_pricelists(self):
        """Pricelists were switched on: the tiers' own lists come to life too."""
        result = super()._activate_or_create_pricelists()
        if self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
            company_domain = [("company_id", "in", self.ids)] if self else []
            # Also somebody who may not see tiers creates companies and activates currencies.
            tiers = self.env["customer.tier"].sudo().search(company_domain)
            tiers.filtered(
                lambda tier: tier.discount or tier.pricelist_id.customer_tier_id == tier
            )._update_discount_pricelist()
        return result
