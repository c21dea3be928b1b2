from odoo import models

# Grading adds these periods to dates, and no calendar goes beyond the year 9999: one standing with
# such a date could be neither written nor read any more, nor could any list with it. With at most
# ten years from order to order and a hundred times that, all dates are before the year 3100.


class CustomerTierProgram(models.Model):
    """Periods that somebody leaning on a key would make too long."""

    _inherit = "customer.tier.program"

    _hold_within_reach = models.Constraint(
        "check(hold_months <= 1200)",
        "A tier cannot be guaranteed for more than 1,200 months. Enter a lower number.",
    )
    _interval_within_reach = models.Constraint(
        "check(typical_interval_days between 0 and 3650)",
        "The usual number of days between two orders lies between 1 and 3,650. Enter another "
        "number, or 0 to have it measured.",
    )
    _stage_days_within_reach = models.Constraint(
        "check(stage_dormant_days <= 36500 and stage_lost_days <= 36500)",
        "Customers are dormant and lost after 36,500 days at most. Enter lower numbers.",
    )
    _stage_ratios_within_reach = models.Constraint(
        "check(stage_mature_ratio <= 100 and stage_lost_ratio <= 100)",
        "Customers are dormant and lost after 100 times their rhythm at most. Enter lower numbers.",
    )


class CustomerTierEntryRule(models.Model):
    _inherit = "customer.tier.entry.rule"

    _follow_up_within_reach = models.Constraint(
        "check(follow_up_days <= 3650)",
        "Customers are followed up every 3,650 days at least. Enter a lower number, or 0 for "
        "never.",
    )
