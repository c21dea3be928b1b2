from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from ..explain import benefits, prices
from ..explain.words import comparison_text, measured, percent, readable
from ..grading.policy import SCORE, UNRANKED, Condition, Tier
from ..switches import Permission
from .customer_tier_program import SAVING

# While the list of a typed discount is put on the tier, which is nobody's choice.
FOLLOWING = Permission("customer_tier_following_discount")
# Of fields where no tier means all of them: without its archived tiers, what is for these alone
# would be for everybody.
NAMED = {"active_test": False}
OFFERED = "[('active', '=', True)]"


class CustomerTier(models.Model):
    """A tier of a programme: what it asks for, what it gives, and the pricelist that carries it.

    A share of the best customers is measured when a grading of everybody starts and frozen until
    the next one, so that one customer's tier does not depend on who else is graded along.
    """

    _name = "customer.tier"
    _inherit = ["customer.tier.badge", "customer.tier.input"]
    _description = "Customer Tier"
    _order = "program_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    program_id = fields.Many2one(
        "customer.tier.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    # Stored, as prices are asked for one order at a time.
    gives_prices = fields.Boolean(related="program_id.gives_prices", store=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    sequence = fields.Integer(
        string="Rank", default=10, help="The lowest tier comes first, the best one last."
    )
    color = fields.Integer()
    icon = fields.Char(size=8, help="A short badge before the name, for example 🥇 or ★.")

    # What it asks for

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
    keep_score = fields.Float(
        string="Kept From",
        digits=(5, 2),
        help="Score that is enough to stay in the tier; 0: the same as to reach it.",
    )
    top_share = fields.Float(
        string="Among the Best (%)",
        digits=(5, 2),
        help="Only so many percent of the customers, the best ones, reach this tier; 0 asks for "
        "none. Customers who never bought are not counted. Customers equal to the last one are "
        "in, too.",
    )
    top_metric_id = fields.Many2one(
        "customer.tier.metric",
        string="Ranked By",
        ondelete="restrict",
        help="Customers with the highest values are the best ones; without a metric, those with "
        "the highest score.",
    )
    top_cut = fields.Float(string="Best From", readonly=True, copy=False)
    top_measured_on = fields.Date(string="Best Measured On", readonly=True, copy=False)
    top_cut_text = fields.Char(string="At Present", compute="_compute_top_cut_text")
    requirement = fields.Char(string="Reached When", compute="_compute_requirement")

    # What it gives

    benefits = fields.Html(
        string="More About the Benefits",
        translate=True,
        help="Shown below the list of benefits, to salespeople and customers.",
    )
    benefit_list = fields.Html(
        string="What Customers Get", compute="_compute_benefit_list", sanitize=False
    )
    discount = fields.Float(
        string="Discount (%)",
        digits=(5, 2),
        help="Kept up as the general rule of a pricelist of this tier's own. For other prices "
        "choose a pricelist; exceptions for products go into its rules.",
    )
    discount_text = fields.Char(
        compute="_compute_discount_text", exportable=False, export_string_translation=False
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
    _top_share_range = models.Constraint(
        "check(top_share >= 0 and top_share <= 100)",
        "A share of the best customers lies between 0 and 100 percent.",
    )

    # Computed

    @api.depends("icon")
    def _compute_display_name(self):
        return super()._compute_display_name()

    def _badge_fields(self):
        return super()._badge_fields() | {"icon"}

    def _badge_name(self):
        return f"{self.icon} {self.name}" if self.icon else self.name

    @api.model
    def _search_display_name(self, operator, value):
        """Find tiers by what every screen and file shows, the icon before the name, too."""
        if positive := Domain.NEGATIVE_OPERATORS.get(operator):
            return ~Domain(self._search_display_name(positive, value))
        domain = Domain(super()._search_display_name(operator, value))
        for text in [value] if isinstance(value, str) else value or ():
            words = text.split() if isinstance(text, str) else []
            for count in range(1, len(words)):
                name = " ".join(words[count:])
                named = super()._search_display_name(operator, [name] if operator == "in" else name)
                domain |= Domain("icon", "=", " ".join(words[:count])) & Domain(named)
            if words and operator in ("like", "ilike"):
                domain |= Domain("icon", "=", text.strip())
        return domain

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

    @api.depends("top_share", "top_cut", "top_measured_on", "top_metric_id")
    @api.depends_context("lang")
    def _compute_top_cut_text(self):
        for tier in self:
            name = tier.top_metric_id.name or self.env._("score")
            if not tier.top_share:
                tier.top_cut_text = False
            elif not tier.top_measured_on:
                tier.top_cut_text = self.env._("measured when this is saved")
            elif tier.top_cut >= UNRANKED:
                tier.top_cut_text = self.env._("nobody can be ranked yet")
            else:
                unit = tier.top_metric_id.unit
                cut = measured(self.env, unit, tier.top_cut, tier.currency_id)
                tier.top_cut_text = f"{name} ≥ {cut}"

    @api.depends(
        "active",
        "sequence",
        "pricelist_id",
        "other_pricelist_ids",
        "discount",
        "program_id.company_id",
        "program_id.gives_prices",
    )
    @api.depends_context("lang", "uid")
    def _compute_pricelist_warning(self):
        for tier in self:
            tier.pricelist_warning = "\n".join(tier._pricelist_warnings()) or False

    def _pricelist_warnings(self):
        """Hook: sentences on where the tier's prices do not apply, or differ from what one would
        expect."""
        self.ensure_one()
        return prices.warnings(self) if self.discount or self.pricelist_id else []

    @api.depends("program_id", "sequence", "discount", "pricelist_id", "gives_prices", "active")
    @api.depends_context("lang")
    def _compute_benefit_list(self):
        for tier in self:
            # Of a tier that is not saved, the programme may have been typed.
            told = benefits.of_tier(tier._origin) if tier._origin else []
            tier.benefit_list = benefits.listed(self.env, told)

    @ormcache("self.id", "place")
    def _benefit_ids(self, place=None):
        """Ids of the benefits of one tier in their order, remembered by the process: every
        quotation asks.

        :param place: see ``customer.tier.benefit._given_by``
        """
        return tuple(self.sudo().env["customer.tier.benefit"]._given_by(self.sudo(), place).ids)

    def _tells_saving(self):
        """Whether customers read on quotations what the tier saves: where a discount is one of the
        benefits that are told there."""
        ids = self._benefit_ids("on_quotation") if self else ()
        return "discount" in self.env["customer.tier.benefit"].browse(ids).mapped("kind")

    def _benefit_fact(self, kind, customer, order, personal):
        """Hook: what the tier gives of some kind by what is set elsewhere, as superuser; addons
        that set something add theirs.

        :param kind: of ``customer.tier.benefit``
        :param customer: ``res.partner``, may be none
        :param order: ``sale.order`` of the customer, may be none
        :param personal: ``explain.benefits.Personal``, what was looked up of the customer
        :return: the value in words; empty where it is not given, then no benefit of the kind is
            shown; None where nothing else says so and what is typed counts
        """
        self.ensure_one()
        if kind == "discount":
            return self._discount_fact(customer, order, personal)
        if kind == "contact" and customer:
            return personal["name"] or ""
        return None

    def _discount_fact(self, customer, order, personal):
        feature = self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist")
        if not (self.discount and self.gives_prices and self.active and feature):
            return ""
        if order and order._customer_tier_base()[0] != self:
            return ""
        if customer and not order and personal["agreed"]:
            # Archived, or not to be had on this website, it is nobody's.
            agreed = customer.env["product.pricelist"].with_company(self.company_id)
            if agreed.browse(personal["agreed"])._get_partner_pricelist_multi_filter_hook():
                return ""
        return percent(self.env, self.discount_text)

    @api.depends("discount")
    @api.depends_context("lang")
    def _compute_discount_text(self):
        for tier in self:
            tier.discount_text = readable(self.env, tier.discount)

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

    @api.onchange("discount")
    def _onchange_discount(self):
        if self.discount >= 100:
            return {
                "warning": {
                    "title": self.env._("Everything free"),
                    "message": self.env._(
                        "With a discount of 100 % everything is free for this tier. Enter a "
                        "smaller one, with at most two decimals, if that is not meant."
                    ),
                }
            }

    # Checks

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

    # Create, write, delete

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers.filtered("discount")._update_discount_pricelist()
        if not SAVING.is_on(self.env):
            tiers.program_id._measure_missing_cuts()
        return tiers

    def write(self, vals):
        following, tiers = FOLLOWING.take(self)
        if following:
            return super(CustomerTier, tiers).write(vals)
        if vals.keys() & {"top_share", "top_metric_id"}:
            vals = {**vals, "top_measured_on": False}
        if "program_id" in vals:
            self._refuse_moving(vals["program_id"])
        if "pricelist_id" in vals and "discount" not in vals:
            # A list chosen by hand replaces the typed discount; the tier's own brings its own.
            chosen = self.env["product.pricelist"].browse(vals["pricelist_id"])
            if not chosen or chosen.customer_tier_id != self:
                vals = {**vals, "discount": 0.0}
            elif rule := chosen._customer_tier_general_rule()[:1]:
                vals = {**vals, "discount": rule.percent_price}
        # Conditions are checked together once all are written.
        saving = SAVING.on(self)
        result = super(CustomerTier, saving).write(vals)
        self.program_id._settle_saved(saving)
        if vals.keys() & {"discount", "name", "active", "pricelist_id", "other_pricelist_ids"}:
            self._update_discount_pricelist()
        if "sequence" in vals:
            # Which tiers give a benefit from some tier on.
            self.env.registry.clear_cache()
        if not SAVING.is_on(self.env):
            self.program_id._measure_missing_cuts()
        return result

    def unlink(self):
        programs = self.program_id
        # Orders may refer to the lists, so they are put away, not deleted.
        lists = self._own_pricelists()
        lists._customer_tier_put_away()
        self._ask_no_more()
        result = super().unlink()
        programs._check_configuration()
        return result

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

    def _ask_no_more(self):
        """Forget that the figures of some customers ask for these tiers; the next grading knows
        what they ask for instead."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE customer_tier_standing SET target_tier_id = computed_tier_id, "
                "waiting = NULL, next_look = NULL, next_look_cause = NULL "
                "WHERE target_tier_id = ANY(%s)",
                self.ids,
            )
        )
        self.env.invalidate_all(flush=False)

    # Which tiers may be deleted

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
        for model, names in self._tier_references().items():
            domain = Domain.OR(Domain(name, "in", self.ids) for name in names)
            if used := self.env[model].sudo().search(domain, limit=1):
                return next(used[name] for name in names if used[name] in self)
        return self._entered_meanwhile()

    @api.model
    def _tier_references(self):
        """Fields by which records hold a tier that cannot be deleted then, by model; addons whose
        records do add theirs."""
        return {
            "customer.tier.standing": ("tier_id", "computed_tier_id", "manual_tier_id"),
            "customer.tier.change": (
                "from_tier_id",
                "to_tier_id",
                "computed_tier_id",
                "target_tier_id",
            ),
            "customer.tier.proposal": ("from_tier_id", "to_tier_id"),
            "customer.tier.event": ("from_tier_id", "to_tier_id"),
        }

    def _entered_meanwhile(self):
        """One of these tiers that customers have entered since this transaction began.

        What it reads is the snapshot of its beginning (REPEATABLE READ), which a foreign key would
        look past; there is none (``BulkMany2one``), and waiting for the lock of a grading would
        only put the deletion off. So another cursor looks.

        :raise UserError: while the company's customers are being graded
        """
        for company in self.company_id:
            if not self.env["customer.tier.pipeline"]._lock(company):
                raise UserError(
                    self.env._(
                        "The customers of %s are being graded right now. Try again in a minute.",
                        company.name,
                    )
                )
        last = self.env["customer.tier.store"]._last_change()
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    SELECT t.id FROM unnest(%(ids)s) AS t (id)
                     WHERE EXISTS (SELECT FROM customer_tier_change c
                                    WHERE c.id > %(last)s
                                      AND t.id IN (c.from_tier_id, c.to_tier_id,
                                                   c.computed_tier_id, c.target_tier_id))
                        OR EXISTS (SELECT FROM customer_tier_standing s
                                    WHERE t.id IN (s.tier_id, s.computed_tier_id))
                     LIMIT 1
                    """,
                    ids=self.ids,
                    last=last,
                )
            )
            return self.browse([id_ for (id_,) in cr.fetchall()])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_named(self):
        """What is made for a tier alone does not become everybody's when the tier is deleted."""
        self._check_not_named()

    def _check_not_named(self, going=()):
        """
        :param going: ids of programmes that are deleted with all that is theirs
        :raise UserError: where something that has no tier for all of them names one of these
        """
        for model, domain in self._naming_records(going):
            # Rules of other companies, and archived ones, are no less somebody's.
            everything = self.env[model].sudo().with_context(active_test=False)
            if named := everything.search(domain, limit=1):
                tiers = named.tier_ids
                if "from_tier_id" in named._fields:
                    tiers |= named.from_tier_id
                raise UserError(
                    self.env._(
                        "Tier “%(tier)s” is named by “%(name)s” (%(kind)s). Take it out there "
                        "first, or archive the tier.",
                        tier=(tiers & self)[0].name,
                        name=named.display_name,
                        kind=self.env["ir.model"]._get(model).name,
                    )
                )

    def _naming_records(self, going):
        """Where these tiers may be named and no tier means all of them; addons add theirs.

        :param going: see ``_check_not_named``
        :return: list of pairs of a model with a field ``tier_ids`` and a domain
        """
        named = Domain("tier_ids", "in", self.ids)
        benefits_of = (named | Domain("from_tier_id", "in", self.ids)) & Domain(
            "program_id", "not in", list(going)
        )
        return [("customer.tier.benefit", benefits_of)]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_named_by_rules(self):
        """A rule for this tier alone would become one for all of them."""
        Rule = self.env["customer.tier.event.rule"].sudo().with_context(active_test=False)
        if rule := Rule.search([("tier_ids", "in", self.ids)], limit=1):
            tier = rule.tier_ids & self
            raise UserError(
                self.env._(
                    "Tier “%s” is named under Messages. Take it out there first, or archive it.",
                    tier[0].name,
                )
            )

    # The pricelist of the tier

    def _pricelist_for(self, base):
        """The tier's list for a customer, or none. It never changes the currency.

        Archived lists do not count, nor does an archived tier's, nor do those of a programme that
        gives no prices.

        :param base: the list that the customer would have without the tier, which may be none
        """
        tier = self.filtered(lambda tier: tier.active and tier.gives_prices)
        usual = tier.pricelist_id
        own = usual.customer_tier_id == tier
        currency = base.currency_id or tier.company_id.currency_id
        # Most customers have the standard list, and the others are only looked for where needed.
        if usual.currency_id == currency and (not own or usual.customer_tier_base_id == base):
            return usual._get_partner_pricelist_multi_filter_hook()
        if currency != tier.company_id.currency_id or not own:
            others = tier.other_pricelist_ids._get_partner_pricelist_multi_filter_hook()
            if other := others.filtered(lambda other: other.currency_id == currency)[:1]:
                return other
        made = tier.own_pricelist_ids if own else usual.browse()
        made = made.filtered(
            lambda made: made.customer_tier_base_id == base and made.currency_id == currency
        )[:1]
        return made._get_partner_pricelist_multi_filter_hook()

    def _own_pricelists(self):
        """Lists that were made from a discount (sudo: they are the tiers' to keep up)."""
        return self.sudo().with_context(active_test=False).own_pricelist_ids

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
                    or tier._made_on_top_of(base)
                    or tier._create_discount_pricelist(base)
                )
                kept |= pricelist
                tier._name_discount_pricelist(pricelist, kept[0] != pricelist)
                used = active and tier.active and tier.gives_prices and tier.program_id.active
                if used and not pricelist.active:
                    pricelist.action_unarchive()
                elif not used:
                    pricelist._customer_tier_put_away()
                pricelist._customer_tier_set_discount(tier.discount, base)
            (tier._own_pricelists() - kept)._customer_tier_put_away()
            if kept[:1] != tier.pricelist_id and (kept or tier.pricelist_id.customer_tier_id):
                FOLLOWING.on(tier).write({"pricelist_id": kept[:1].id})

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
            public = linked.filtered(lambda used: used._customer_tier_is_public(self.company_id))
            (linked - public).customer_tier_only = True

    def _discount_bases(self, active):
        """The lists that the discount is on top of, the standard one first; that may be none.

        :param active: whether pricelists are switched on; else there is no other list
        """
        if not active and (own := self._own_pricelists()):
            return [
                made.customer_tier_base_id for made in own.sorted(lambda m: m != self.pricelist_id)
            ]
        return list(
            dict.fromkeys(self.env["product.pricelist"]._customer_tier_bases(self.company_id))
        )

    def _own_standard_pricelist(self, base):
        """The list of the discount that people see on the tier; it moves to another standard list,
        as people may have added rules to it."""
        currency = base.currency_id or self.company_id.currency_id
        found = self._own_pricelists().filtered(lambda made: made == self.pricelist_id)
        found = found.filtered(lambda made: made.currency_id == currency)
        if found.customer_tier_base_id != base:
            found.customer_tier_base_id = base
        return found or self._made_on_top_of(base)

    def _made_on_top_of(self, base):
        """The list of the discount on top of another, or of none. One in a currency that the other
        had before would quote its customers in that; drafts keep it until they follow."""
        currency = base.currency_id or self.company_id.currency_id
        return self._own_pricelists().filtered(
            lambda made: made.customer_tier_base_id == base and made.currency_id == currency
        )[:1]

    @api.model
    def _follow_bases(self, companies=None):
        """Have the typed discounts on top of the lists that there are by now.

        :param companies: ``res.company``; all where none is given
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

    # What it asks for, as grading knows it and in words

    @api.model
    def _decided_by(self, metrics):
        """The tiers of all companies that somebody reaches, or is kept out of, by some metrics or
        by ratios of them: by a condition, a rank, a veto, an entry rule, or through the score."""
        ratios = [("numerator_id", "in", metrics.ids), ("denominator_id", "in", metrics.ids)]
        metrics |= metrics.with_context(active_test=False).search(["|", *ratios])
        ids = metrics.ids
        asked = Domain("condition_ids.metric_id", "in", ids) | Domain("top_metric_id", "in", ids)
        named = Domain.OR(
            Domain(
                "id", "in", self.env[model].sudo().search([("metric_id", "in", ids)]).tier_id.ids
            )
            for model in ("customer.tier.veto", "customer.tier.entry.rule")
        )
        scored = Domain("program_id.indicator_ids.metric_id", "in", ids)
        scored &= Domain("min_score", ">", 0) | (
            Domain("top_share", ">", 0) & Domain("top_metric_id", "=", False)
        )
        active = Domain("program_id.active", "=", True)
        # Tiers of other companies count, too; whoever asks names only those that may be seen.
        return self.sudo().search(active & (asked | named | scored))

    def _policy(self, cuts):
        """The tiers as frozen values for the grading core, from the lowest to the highest.

        :param cuts: dict of tier id → where its share of the best begins, instead of the stored one
        """
        ordered = self.sorted(lambda tier: (tier.sequence, tier.id))
        return tuple(tier._rule(cuts) for tier in ordered)

    def _rule(self, cuts=None):
        """One tier as a frozen value, see ``_policy``."""
        self.ensure_one()
        return Tier(
            id=self.id,
            min_score=self.min_score,
            conditions=self.condition_ids._policy(),
            match_any=self.condition_match == "any",
            top=self._top_condition(cuts or {}),
            keep_score=self.keep_score or None,
        )

    def _top_condition(self, cuts):
        """The share as a comparison for the grading core, or None.

        :param cuts: dict of tier id → where the share begins, instead of the stored one
        """
        if not self.top_share:
            return None
        cut = cuts.get(self.id, self.top_cut if self.top_measured_on else UNRANKED)
        return Condition(self.top_metric_id.code or SCORE, ">=", cut)

    def _requirements(self):
        """What the tier asks for, in words."""
        rule = self._rule()
        return [self._requirement_text(found, rule) for found in rule.requirements]

    def _requirement_text(self, requirement, rule):
        """One of ``policy.Tier.requirements`` in words.

        :param rule: the ``policy.Tier`` that it is of
        """
        if requirement is rule.top:
            return self._top_share_text()
        if requirement.metric == SCORE:
            return self.env._("score ≥ %s", readable(self.env, requirement.value))
        metric = self._metric_of(requirement.metric)
        return comparison_text(
            self.env, metric, requirement.operator, requirement.value, self.currency_id
        )

    def _metric_of(self, code):
        """A metric of the conditions; empty while none is chosen yet."""
        metrics = self.condition_ids.metric_id
        return metrics.filtered(lambda metric: metric.code == code)[:1]

    def _top_share_text(self):
        return self.env._(
            "among the best %(share)s %% by %(metric)s",
            share=readable(self.env, self.top_share),
            metric=self.top_metric_id.name or self.env._("score"),
        )

    def _contradiction_with(self, upper):
        """Why a tier that stands above this one is easier to reach; empty when it is not."""
        mine, theirs = self._rule(), upper._rule()
        if mine.requirements and not theirs.requirements:
            return self.env._("everybody reaches it")
        lasting = [found for found in mine.requirements if found is not mine.top]
        bounds = {(found.metric, found.operator[0]): found.value for found in lasting}
        for requirement in theirs.requirements:
            if requirement is theirs.top:
                reason = self._easier_share(upper)
            else:
                key = (requirement.metric, requirement.operator[0])
                reason = upper._easier_bound(requirement, bounds.get(key, requirement.value))
            if reason:
                return reason
        return ""

    def _easier_share(self, upper):
        """Why the share of a tier above this one is easier to be in, or nothing."""
        if upper.top_metric_id == self.top_metric_id and 0 < self.top_share < upper.top_share:
            return self.env._(
                "the best %(upper)s %% instead of %(lower)s %%",
                upper=readable(self.env, upper.top_share),
                lower=readable(self.env, self.top_share),
            )
        return ""

    def _easier_bound(self, requirement, bound):
        """Why a requirement of this tier is easier to meet than one of a tier below, or nothing.

        :param bound: what the tier below asks for of the same metric
        """
        least = requirement.operator[0] == ">"
        if not ((requirement.value < bound) if least else (requirement.value > bound)):
            return ""
        numbers = {
            "upper": readable(self.env, requirement.value),
            "lower": readable(self.env, bound),
        }
        if requirement.metric == SCORE:
            return self.env._("score from %(upper)s instead of %(lower)s", **numbers)
        numbers["metric"] = self._metric_of(requirement.metric).name or ""
        if least:
            return self.env._("%(metric)s from %(upper)s instead of %(lower)s", **numbers)
        return self.env._("%(metric)s up to %(upper)s instead of %(lower)s", **numbers)

    # Actions

    def action_open_customers(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_standing_action"
        )
        return {**action, "domain": [("tier_id", "=", self.id)], "name": self.display_name}
