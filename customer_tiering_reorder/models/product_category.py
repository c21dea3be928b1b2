from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE

# What changes when customers are expected to buy again.
RHYTHM_FIELDS = {"customer_cycle_tracking", "customer_cycle_days", "parent_id"}
MEASURED = {
    "customer_cycle_typical": "typical_days",
    "customer_cycle_quarter": "quarter_days",
    "customer_cycle_three_quarters": "three_quarter_days",
    "customer_cycle_count": "interval_count",
    "customer_replenishable": "replenishable",
    "customer_cycle_learnt_on": "learnt_on",
}


class ProductCategory(models.Model):
    """Which categories customers are expected to buy again, and how soon."""

    _inherit = "product.category"

    customer_cycle_tracking = fields.Selection(
        selection=[("yes", "Yes"), ("no", "No")],
        string="Watch Order Rhythm",
        help="Whether the days on which each customer is expected to buy this category again are "
        "worked out. Empty: like the category above; without one, yes.",
    )
    customer_cycle_tracked = fields.Boolean(
        string="Order Rhythm Is Watched",
        compute="_compute_customer_cycle_tracked",
        store=True,
        recursive=True,
    )
    customer_cycle_days = fields.Integer(
        string="Bought Again After (days)",
        help="Type how long the category lasts where you know better than its orders; it goes "
        "before what was measured. 0: as it is measured.",
    )
    # Measured once a month for the current company, and kept until the next time.
    customer_cycle_typical = fields.Integer(
        string="Measured: Half Within (days)",
        compute="_compute_customer_cycle",
        groups=SALESPEOPLE,
        help="Half of all customers who buy it have bought it again within so many days; 0 where "
        "fewer were seen to buy it again.",
    )
    customer_cycle_quarter = fields.Integer(
        string="A Quarter Within (days)", compute="_compute_customer_cycle", groups=SALESPEOPLE
    )
    customer_cycle_three_quarters = fields.Integer(
        string="Three Quarters Within (days)",
        compute="_compute_customer_cycle",
        groups=SALESPEOPLE,
        help="0 where fewer were seen to buy it again.",
    )
    customer_cycle_count = fields.Integer(
        string="Measured Intervals",
        compute="_compute_customer_cycle",
        groups=SALESPEOPLE,
        help="From how many intervals between two purchases of one customer this was measured; "
        "below ten, nothing is.",
    )
    customer_replenishable = fields.Integer(
        string="Bought Again (%)",
        compute="_compute_customer_cycle",
        groups=SALESPEOPLE,
        help="Of a hundred who bought it for the first time, so many bought it again within twice "
        "the time that half of all take.",
    )
    customer_cycle_learnt_on = fields.Date(
        string="Measured On", compute="_compute_customer_cycle", groups=SALESPEOPLE
    )

    _customer_cycle_days_in_range = models.Constraint(
        "check(customer_cycle_days >= 0 and customer_cycle_days <= 3650)",
        "A category can be bought again after 1 to 3,650 days. Enter such a number, or 0 to have "
        "it measured.",
    )

    @api.depends("customer_cycle_tracking", "parent_id.customer_cycle_tracked")
    def _compute_customer_cycle_tracked(self):
        for category in self:
            if category.customer_cycle_tracking:
                category.customer_cycle_tracked = category.customer_cycle_tracking == "yes"
            else:
                parent = category.parent_id
                category.customer_cycle_tracked = not parent or parent.customer_cycle_tracked

    @api.depends_context("company")
    def _compute_customer_cycle(self):
        own = [("company_id", "=", self.env.company.id), ("category_id", "in", self.ids)]
        found = self.env["customer.category.cycle"].search(own).grouped("category_id")
        for category in self:
            cycle = found.get(category._origin)
            for name, measured in MEASURED.items():
                category[name] = cycle[measured] if cycle else False

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        if any(category.customer_cycle_days for category in categories):
            self.env["customer.purchase.rhythm"]._start_pass()
        return categories

    def write(self, vals):
        names = sorted(RHYTHM_FIELDS & vals.keys())
        before = [[category[name] for name in names] for category in self]
        result = super().write(vals)
        if before != [[category[name] for name in names] for category in self]:
            self.env["customer.purchase.rhythm"]._start_pass()
        return result

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        self.env["customer.purchase.rhythm"]._forget_deleted("category_id", ids)
        return result
