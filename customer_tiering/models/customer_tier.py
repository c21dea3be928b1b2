from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_tier_metric import readable
from .customer_tier_program import SAVING


class CustomerTier(models.Model):
    _name = "customer.tier"
    _inherit = "customer.tier.badge"
    _description = "Customer Tier"
    _order = "program_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    program_id = fields.Many2one(
        "customer.tier.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    sequence = fields.Integer(
        string="Rank", default=10, help="The lowest tier comes first, the best one last."
    )
    color = fields.Integer()
    icon = fields.Char(size=8, help="A short badge before the name, for example 🥇 or ★.")
    min_score = fields.Float(
        string="Minimum Score",
        digits=(5, 2),
        help="Score (0–100) from which this tier is reached, inclusive; 0 asks for none.",
    )
    condition_ids = fields.One2many("customer.tier.condition", "tier_id", copy=True)
    condition_match = fields.Selection(
        selection=[("all", "all of these"), ("any", "any of these")],
        string="Requires",
        required=True,
        default="all",
        help="Whether the minimum score and the conditions must all hold, or one is enough.",
    )
    requirement = fields.Char(string="Reached When", compute="_compute_requirement")
    benefits = fields.Html(
        translate=True, help="What customers of this tier may expect; shown to salespeople."
    )
    discount = fields.Float(
        string="Discount (%)",
        digits=(5, 2),
        help="Kept up as the general rule of a pricelist of this tier's own. For other prices "
        "choose a pricelist; exceptions for products go into its rules.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        ondelete="restrict",
        copy=False,
        help="Applied by itself on new quotations, unless another one was chosen on the "
        "customer or on the order. Typing a discount makes one.",
    )
    other_pricelist_ids = fields.Many2many(
        "product.pricelist",
        string="Pricelists in Other Currencies",
        help="Used instead for customers whose standard pricelist is in that currency.",
    )
    own_pricelist_ids = fields.One2many(
        "product.pricelist",
        "customer_tier_id",
        string="Pricelists From the Discount",
        readonly=True,
        help="One on top of each pricelist that customers could have without the tier.",
    )
    pricelist_warning = fields.Text(compute="_compute_pricelist_warning")
    standing_count = fields.Integer(string="Number of Customers", compute="_compute_standing_count")

    _discount_range = models.Constraint(
        "check(discount >= 0 and discount <= 100)",
        "A discount lies between 0 and 100 percent.",
    )
    _min_score_range = models.Constraint(
        "check(min_score >= 0 and min_score <= 100)", "A minimum score lies between 0 and 100."
    )

    @api.depends("icon")
    def _compute_display_name(self):
        return super()._compute_display_name()

    def _badge_fields(self):
        return super()._badge_fields() | {"icon"}

    def _badge_name(self):
        return f"{self.icon} {self.name}" if self.icon else self.name

    def _requirements(self):
        """The requirements in words, in the order of ``policy.Tier.requirements``."""
        self.ensure_one()
        parts = []
        if self.min_score:
            parts.append(self.env._("score ≥ %s", readable(self.env, self.min_score)))
        if self.top_share:
            parts.append(self._top_share_text())
        return parts + self.condition_ids.mapped("display_name")

    @api.depends(
        "min_score",
        "top_share",
        "top_metric_id",
        "condition_match",
        "condition_ids.display_name",
    )
    @api.depends_context("lang")
    def _compute_requirement(self):
        for tier in self:
            parts = tier._requirements()
            joint = self.env._(" or ") if tier.condition_match == "any" else self.env._(" and ")
            tier.requirement = joint.join(parts) or self.env._("everybody")

    @api.depends(
        "active", "pricelist_id", "other_pricelist_ids", "discount", "program_id.company_id"
    )
    @api.depends_context("lang")
    def _compute_pricelist_warning(self):
        for tier in self:
            tier.pricelist_warning = "\n".join(tier._pricelist_warnings()) or False

    def _pricelist_warnings(self):
        """Hook: sentences on where the tier's prices do not apply, or differ from what one would
        expect."""
        self.ensure_one()
        if not (self.discount or self.pricelist_id):
            return []
        if not self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
            return [
                self.env._(
                    "Pricelists are switched off (Settings › Sales › Pricing), so this tier "
                    "changes no price yet."
                )
            ]
        said = []
        pricelist = self.pricelist_id
        if pricelist and not pricelist.active and self.active:
            said.append(
                self.env._(
                    "Pricelist “%s” is archived, so this tier changes no price. Unarchive it, or "
                    "choose another one.",
                    pricelist.name,
                )
            )
        foreign = pricelist.currency_id - self.company_id.currency_id
        if foreign and not pricelist.customer_tier_id:
            said.append(
                self.env._(
                    "This pricelist is in %(list)s while the company works in %(company)s: only "
                    "customers who are quoted in %(list)s anyway get it. Choose one in "
                    "%(company)s here; lists for customers of another currency belong under "
                    "“Pricelists in Other Currencies”.",
                    list=foreign.name,
                    company=self.company_id.currency_id.name,
                )
            )
        if self.discount == 100:
            said.append(self.env._("With a discount of 100 % everything is free for this tier."))
        public = (pricelist | self.other_pricelist_ids).filtered(
            lambda used: not used.customer_tier_only
        )
        if public:
            said.append(
                self.env._(
                    "“%s” is also for customers without this tier, who get it as their standard "
                    "pricelist. Copy it to have prices for this tier alone.",
                    public[0].name,
                )
            )
        return said

    def _compute_standing_count(self):
        counts = dict(
            self.env["customer.tier.standing"]._read_group(
                [("tier_id", "in", self.ids)], ["tier_id"], ["__count"]
            )
        )
        for tier in self:
            tier.standing_count = counts.get(tier, 0)

    @api.onchange("pricelist_id")
    def _onchange_pricelist_id(self):
        if self.pricelist_id and self.pricelist_id.currency_id != self.company_id.currency_id:
            return {
                "warning": {
                    "title": self.env._("Pricelist in another currency"),
                    "message": self.pricelist_warning,
                }
            }

    @api.constrains("pricelist_id", "other_pricelist_ids", "program_id")
    def _check_pricelist_company(self):
        for tier in self:
            wrong = (tier.pricelist_id | tier.other_pricelist_ids).filtered(
                lambda pricelist, tier=tier: (
                    pricelist.company_id and pricelist.company_id != tier.company_id
                )
            )
            if wrong:
                raise ValidationError(
                    self.env._(
                        "Pricelist “%(pricelist)s” belongs to %(other)s, but tier “%(tier)s” is "
                        "used by %(company)s. Choose a pricelist of that company or a shared one.",
                        pricelist=wrong[0].name,
                        other=wrong[0].company_id.name,
                        tier=tier.name,
                        company=tier.company_id.name,
                    )
                )

    @api.constrains("sequence", "min_score", "top_share", "active", "program_id", "condition_ids")
    def _check_order(self):
        self.program_id._check_configuration()

    def _refuse_moving(self, program_id):
        """Grades, history and the rules of a programme speak of its tiers."""
        if moved := self.filtered(lambda tier: tier.program_id.id != program_id)[:1]:
            raise ValidationError(
                self.env._(
                    "Tier “%(tier)s” cannot move to another programme: grades and rules of "
                    "“%(program)s” speak of it. Make a new tier there instead.",
                    tier=moved.name,
                    program=moved.program_id.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers.filtered("discount")._update_discount_pricelist()
        return tiers

    def write(self, vals):
        if "program_id" in vals:
            self._refuse_moving(vals["program_id"])
        if "pricelist_id" in vals and "discount" not in vals:
            # A list chosen by hand replaces the typed discount; the tier's own brings its own.
            chosen = self.env["product.pricelist"].browse(vals["pricelist_id"])
            if not chosen or chosen.customer_tier_id != self:
                vals = {**vals, "discount": 0.0}
            elif rule := chosen._customer_tier_general_rule()[:1]:
                vals = {**vals, "discount": rule.percent_price}
        result = super(CustomerTier, self.with_context(**{SAVING: True})).write(vals)
        self.program_id._check_configuration()
        if vals.keys() & {"discount", "name", "active", "pricelist_id", "other_pricelist_ids"}:
            self._update_discount_pricelist()
        return result

    def _own_pricelists(self):
        """Lists that were made from a discount (sudo: they are the tiers' to keep up)."""
        return self.sudo().with_context(active_test=False).own_pricelist_ids

    def unlink(self):
        programs = self.program_id
        # Orders may refer to the lists, so they are put away, not deleted.
        lists = self._own_pricelists()
        lists._customer_tier_put_away()
        self._ask_no_more()
        result = super().unlink()
        programs._check_configuration()
        return result

    def _ask_no_more(self):
        """Forget that the figures of some customers ask for these tiers; the next grading knows
        what they ask for instead."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE customer_tier_standing SET target_tier_id = computed_tier_id, "
                "waiting = NULL WHERE target_tier_id = ANY(%s)",
                self.ids,
            )
        )
        self.env.invalidate_all(flush=False)

    def _update_discount_pricelist(self):
        """Make, refresh or put away the pricelists that carry a typed discount.

        Only the rule for all products is ours; rules that people added stay. A list linked by
        hand is never changed, but that it is for the tier alone.
        """
        # While pricelists are switched off, core archives every active one whenever settings
        # are saved, and warns about it each time: then ours wait archived.
        active = self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist")
        # Setting a discount must not need the right to edit every pricelist.
        for tier in self.sudo():
            if tier.pricelist_id and tier.pricelist_id.customer_tier_id != tier:
                tier._refuse_discount()
            tier._reserve_linked_lists()
            wanted = tier._discount_bases(active) if tier.discount else []
            kept = tier._own_pricelists().browse()
            for base in wanted:
                pricelist = (
                    (not kept and tier._own_standard_pricelist(base))
                    or tier._own_pricelists().filtered(
                        lambda made, base=base: made.customer_tier_base_id == base
                    )[:1]
                    or tier._create_discount_pricelist(base)
                )
                kept |= pricelist
                tier._name_discount_pricelist(pricelist, kept[0] != pricelist)
                used = active and tier.active and tier.program_id.active
                if used and not pricelist.active:
                    pricelist.action_unarchive()
                elif not used:
                    pricelist._customer_tier_put_away()
                pricelist._customer_tier_set_discount(tier.discount, base)
            (tier._own_pricelists() - kept)._customer_tier_put_away()
            if kept[:1] != tier.pricelist_id and (kept or tier.pricelist_id.customer_tier_id):
                super(CustomerTier, tier).write({"pricelist_id": kept[:1].id})

    def _refuse_discount(self):
        if self.discount:
            raise UserError(
                self.env._(
                    "Tier “%(tier)s” uses pricelist “%(pricelist)s”, which was not made from a "
                    "discount. Remove the pricelist from the tier first, or change the prices in "
                    "its rules.",
                    tier=self.name,
                    pricelist=self.pricelist_id.name,
                )
            )

    def _reserve_linked_lists(self):
        """Lists linked by hand are for the tier alone, unless they are somebody's without it."""
        linked = (self.pricelist_id | self.other_pricelist_ids).filtered(
            lambda used: not used.customer_tier_only
        )
        if linked:
            standard, others = linked._customer_tier_bases(self.company_id)
            (linked - standard - others).customer_tier_only = True

    def _discount_bases(self, active):
        """The lists that the discount is on top of, the standard one first; that may be none.

        :param active: whether pricelists are switched on; else there is no other list
        """
        if not active and (own := self._own_pricelists()):
            return [
                made.customer_tier_base_id for made in own.sorted(lambda m: m != self.pricelist_id)
            ]
        standard, others = self.env["product.pricelist"]._customer_tier_bases(self.company_id)
        return [standard, *(others - standard)]

    def _own_standard_pricelist(self, base):
        """The list of the discount that people see on the tier; it moves to another standard list,
        as people may have added rules to it."""
        own = self._own_pricelists()
        found = own.filtered(lambda made: made == self.pricelist_id) or own.filtered(
            lambda made: made.customer_tier_base_id == base
        )
        found = found.filtered(
            lambda made: made.currency_id == (base.currency_id or self.company_id.currency_id)
        )[:1]
        if found.customer_tier_base_id != base:
            found.customer_tier_base_id = base
        return found

    @api.model
    def _follow_bases(self, companies):
        """Have the typed discounts on top of the lists that there are by now.

        :param companies: ``res.company``, or ``None`` for all
        """
        domain = Domain("discount", ">", 0)
        if companies is not None:
            domain &= Domain("company_id", "in", companies.ids)
        self.sudo().search(domain)._update_discount_pricelist()

    def _name_discount_pricelist(self, pricelist, with_base):
        """Name the list after the tier, in every language that somebody reads.

        :param with_base: whether also after the list that it is on top of
        """
        for code, _name in self.env["res.lang"].get_installed():
            tier = self.with_context(lang=code)
            name = tier.env._(
                "%(tier)s (−%(discount)s %%)",
                tier=tier.name,
                discount=readable(tier.env, tier.discount),
            )
            base = pricelist.customer_tier_base_id.with_context(lang=code)
            if with_base and base:
                name = f"{name} · {base.name}"
            named = pricelist.with_context(lang=code)
            if named.name != name:
                named.name = name

    def _create_discount_pricelist(self, base):
        return self.env["product.pricelist"].create(self._discount_pricelist_vals(base))

    def _discount_pricelist_vals(self, base):
        """Hook: values of a list that carries the discount on top of another, or of none."""
        currency = base.currency_id or self.company_id.currency_id
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "currency_id": currency.id,
            "customer_tier_id": self.id,
            "customer_tier_base_id": base.id,
            "customer_tier_only": True,
            # Behind the lists that people choose from.
            "sequence": 1000,
        }

    def _follow_company(self):
        """The programme moved to another company: lists made from a discount are made anew there,
        as the old ones may be on orders; those chosen by hand must fit."""
        for tier in self.filtered(lambda t: t.sudo().pricelist_id.customer_tier_id == t):
            discount = tier.discount
            lists = tier._own_pricelists()
            tier.write({"pricelist_id": False})
            lists.customer_tier_id = False
            tier.discount = discount
        self._check_pricelist_company()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        if tier := self._tier_in_use():
            raise UserError(
                self.env._(
                    "Customers are or were in tier “%s”, so it cannot be deleted. Archive it "
                    "instead: its customers move at the next grading and the history stays.",
                    tier.name,
                )
            )

    def _tier_in_use(self):
        """One of these tiers that a customer is or was in."""
        fields_of = {
            "customer.tier.standing": ("tier_id", "computed_tier_id", "manual_tier_id"),
            "customer.tier.change": (
                "from_tier_id",
                "to_tier_id",
                "computed_tier_id",
                "target_tier_id",
            ),
            "customer.tier.proposal": ("from_tier_id", "to_tier_id"),
            "customer.tier.event": ("from_tier_id", "to_tier_id"),
            "customer.credit.change": ("tier_id",),
        }
        for model, names in fields_of.items():
            domain = Domain.OR(Domain(name, "in", self.ids) for name in names)
            if used := self.env[model].sudo().search(domain, limit=1):
                return next(used[name] for name in names if used[name] in self)
        return self.browse()

    def action_open_customers(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_standing_action"
        )
        return {**action, "domain": [("tier_id", "=", self.id)], "name": self.display_name}

    def _policy(self, cuts):
        """The tiers as frozen values for the grading core, from the lowest to the highest.

        :param cuts: see ``_top_condition``
        """
        from ..grading.policy import Tier

        return tuple(
            Tier(
                id=tier.id,
                min_score=tier.min_score,
                conditions=tier.condition_ids._policy(),
                match_any=tier.condition_match == "any",
                top=tier._top_condition(cuts),
                keep_score=tier.keep_score or None,
            )
            for tier in self.sorted(lambda tier: (tier.sequence, tier.id))
        )

    def _pricelist_for(self, base):
        """The tier's list for a customer, or none. It never changes the currency.

        Archived lists do not count, nor does an archived tier's.

        :param base: the list that the customer would have without the tier, which may be none
        """
        tier = self.filtered("active")
        usual = tier.pricelist_id
        own = usual.customer_tier_id == tier
        currency = base.currency_id or tier.company_id.currency_id
        # Most customers have the standard list, and the others are only looked for where needed.
        if usual and (
            usual.customer_tier_base_id == base if own else usual.currency_id == currency
        ):
            return usual._get_partner_pricelist_multi_filter_hook()
        if currency != tier.company_id.currency_id or not own:
            others = tier.other_pricelist_ids._get_partner_pricelist_multi_filter_hook()
            if other := others.filtered(lambda other: other.currency_id == currency)[:1]:
                return other
        made = tier.own_pricelist_ids if own else usual.browse()
        made = made.filtered(lambda made: made.customer_tier_base_id == base)[:1]
        return made._get_partner_pricelist_multi_filter_hook()

    def _contradiction_with(self, upper):
        """Why a tier that stands above this one is easier to reach; empty when it is not."""
        if self._requirements() and not upper._requirements():
            return self.env._("everybody reaches it")
        if upper.top_metric_id == self.top_metric_id and 0 < self.top_share < upper.top_share:
            return self.env._(
                "the best %(upper)s %% instead of %(lower)s %%",
                upper=readable(self.env, upper.top_share),
                lower=readable(self.env, self.top_share),
            )
        if upper.min_score and upper.min_score < self.min_score:
            return self.env._(
                "score from %(upper)s instead of %(lower)s",
                upper=readable(self.env, upper.min_score),
                lower=readable(self.env, self.min_score),
            )
        bounds = {(c.metric_id, c.operator[0]): c.value for c in self.condition_ids}
        for condition in upper.condition_ids:
            metric, sign = condition.metric_id, condition.operator[0]
            bound = bounds.get((metric, sign), condition.value)
            if (condition.value < bound) if sign == ">" else (condition.value > bound):
                template = (
                    self.env._("%(metric)s from %(upper)s instead of %(lower)s")
                    if sign == ">"
                    else self.env._("%(metric)s up to %(upper)s instead of %(lower)s")
                )
                return template % {
                    "metric": metric.name,
                    "upper": readable(self.env, condition.value),
                    "lower": readable(self.env, bound),
                }
        return ""
