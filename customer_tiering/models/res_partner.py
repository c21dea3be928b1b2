from odoo import api, fields, models
from odoo.tools import SQL

from ..explain import benefits
from .customer_tier_mixin import SALESPEOPLE

# Who the customer behind a contact is follows from these.
FAMILY_FIELDS = {"parent_id", "is_company"}


class ResPartner(models.Model):
    """Grading on the contact: tier, history, explanation and values kept by hand of the customer
    behind it, the tier's pricelist, and what has a customer graded again.

    Nothing about grading is stored on contacts, see ``customer.tier.mixin``.
    """

    _name = "res.partner"
    _inherit = ["res.partner", "customer.tier.mixin"]

    # Grading

    customer_standing_id = fields.Many2one(
        "customer.tier.standing",
        string="Grading",
        compute="_compute_customer_grading",
        groups=SALESPEOPLE,
    )
    customer_tier_since = fields.Date(
        string="In Tier Since", compute="_compute_customer_grading", groups=SALESPEOPLE
    )
    customer_last_order_date = fields.Date(
        string="Last Order", compute="_compute_customer_grading", groups=SALESPEOPLE
    )
    customer_stage_since = fields.Date(
        string="In Stage Since", compute="_compute_customer_grading", groups=SALESPEOPLE
    )
    customer_next_order_text = fields.Char(
        compute="_compute_customer_grading", exportable=False, groups=SALESPEOPLE
    )
    customer_next_order_reason = fields.Char(
        compute="_compute_customer_grading", exportable=False, groups=SALESPEOPLE
    )
    customer_tier_explanation = fields.Json(
        compute="_compute_customer_tier_explanation", exportable=False, groups=SALESPEOPLE
    )
    customer_tier_change_ids = fields.One2many(
        "customer.tier.change",
        string="Tier History",
        compute="_compute_customer_grading",
        groups=SALESPEOPLE,
    )
    customer_tier_benefits = fields.Html(
        string="What the Tier Gives",
        compute="_compute_customer_tier_benefits",
        sanitize=False,
        exportable=False,
        groups=SALESPEOPLE,
    )
    customer_tier_timeline = fields.Json(
        compute="_compute_customer_tier_timeline", exportable=False, groups=SALESPEOPLE
    )
    customer_value_ids = fields.One2many(
        "customer.tier.value",
        string="Values Kept by Hand",
        compute="_compute_customer_values",
        groups=SALESPEOPLE,
    )

    # Which pages the form has; what is on them is loaded when they are opened.

    customer_is_graded = fields.Boolean(
        compute="_compute_customer_standing", groups=SALESPEOPLE, export_string_translation=False
    )
    customer_is_gradable = fields.Boolean(
        compute="_compute_customer_pages", groups=SALESPEOPLE, export_string_translation=False
    )

    def _customer_standing_keys(self):
        return self.commercial_partner_id._origin, self.env.company

    def _customer_standing_key_sql(self, alias, query):
        return SQL.identifier(alias, "commercial_partner_id"), SQL("%s", self.env.company.id)

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_customer_standing(self):
        return super()._compute_customer_standing()

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_customer_grading(self):
        for partner, standing in self._customer_standings().items():
            partner.customer_standing_id = standing.sudo(False)
            partner.customer_tier_since = standing.tier_since
            partner.customer_last_order_date = standing.last_order_date
            partner.customer_stage_since = standing.stage_since
            partner.customer_next_order_text = standing.next_order_text
            partner.customer_next_order_reason = standing.next_order_reason
            partner.customer_tier_change_ids = standing.sudo(False).change_ids

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_customer_tier_explanation(self):
        # By itself: it is worked out for one customer at a time, and nobody exports it.
        for partner in self:
            partner.customer_tier_explanation = partner.customer_standing_id.explanation

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_customer_tier_benefits(self):
        for partner in self:
            customer = partner.commercial_partner_id._origin
            told = benefits.of_tier(partner.customer_standing_id.tier_id, customer=customer)
            partner.customer_tier_benefits = benefits.listed(self.env, told)

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_customer_tier_timeline(self):
        for partner, standing in self._customer_standings().items():
            partner.customer_tier_timeline = standing.sudo(False).timeline

    def action_open_customer_standing(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.tier.standing",
            "res_id": self.customer_standing_id.id,
            "view_mode": "form",
        }

    # Pages

    def _set_customer_standing(self, standing):
        # A contact that is not saved yet has no page to load.
        self.customer_is_graded = bool(standing and self._origin)
        return super()._set_customer_standing(standing)

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_customer_pages(self):
        """Which pages the form has. Hook: an addon with a page of its own adds a field that is
        computed here."""
        has_program = self.env["customer.tier.program"]._company_has_program(self.env.company.id)
        for partner in self:
            own = partner.commercial_partner_id == partner
            partner.customer_is_gradable = bool(partner._origin) and own and has_program

    # Graded again

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered("category_id")._customer_tier_mark_origin_changed()
        return partners

    def write(self, vals):
        family = {}
        if FAMILY_FIELDS & vals.keys():
            family = {partner: partner.commercial_partner_id for partner in self.sudo()}
        # Who has no salesperson any more is still the one's who was told.
        tasks = self._customer_tier_tasks_given(vals["user_id"]) if vals.get("user_id") else {}
        result = super().write(vals)
        if tasks:
            self.env["res.users"]._customer_tier_hand_over(tasks)
        moved = self.browse()
        for partner, customer in family.items():
            if partner.commercial_partner_id != customer:
                moved |= customer | partner.commercial_partner_id
        if "active" in vals:
            moved |= self.commercial_partner_id
        moved._customer_tier_mark_family_changed()
        if "category_id" in vals:
            self._customer_tier_mark_origin_changed()
        elif "country_id" in vals:
            self._customer_tier_mark_origin_changed([("country_group_id", "!=", False)])
        return result

    def _customer_tier_tasks_given(self, user_id):
        """What the system gave the salespeople of these customers to do, of those who are about to
        become somebody else's.

        :return: see ``res.users._customer_tier_tasks``
        """
        tasks = {}
        # Whoever gives a customer away need not see what its salesperson has to do.
        given = self.sudo().filtered(lambda p: p.user_id and p.user_id.id != user_id)
        for user, customers in given.grouped("user_id").items():
            tasks |= user._customer_tier_tasks(customers)
        return tasks

    def _customer_tier_mark_family_changed(self):
        """Have these customers graded anew, wherever one of them is graded: a contact that joins or
        leaves a company takes its orders and debts along."""
        if not self:
            return
        # Whoever tidies up contacts need not have any right on grades.
        graded = [("partner_id", "in", self.ids)]
        companies = self.env["customer.tier.standing"].sudo().search(graded).company_id
        self.env["customer.tier.stale"]._mark(
            {(customer, company) for customer in self for company in companies}
        )

    def _customer_tier_mark_origin_changed(self, rules=()):
        """Have the customers of these contacts graded anew, wherever entry rules count: tags and
        the country tell where a prospect came from, so a new one is graded at once.

        :param rules: domain of the entry rules that may count
        """
        if not self:
            return
        companies = self.env["customer.tier.entry.rule"].sudo()._companies(rules)
        self.env["customer.tier.stale"]._mark(
            {
                (customer, company)
                for customer in self.sudo().commercial_partner_id
                for company in companies
                if not customer.company_id or customer.company_id in company.parent_ids
            }
        )

    # Notes and activities about gradings

    # Of core, which finds them with all rights and leaves it to reading them to refuse: words of
    # them would be guessed by searching contacts.
    activity_ids = fields.One2many(bypass_search_access=False)
    message_ids = fields.One2many(bypass_search_access=False)
    # What core tells of the next one with all rights.
    activity_summary = fields.Char(related_sudo=False)
    activity_type_id = fields.Many2one(related_sudo=False)
    activity_type_icon = fields.Char(related_sudo=False)

    def _get_message_create_valid_field_names(self):
        return super()._get_message_create_valid_field_names() | {"customer_company_id"}

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Followers hear of a grading where they may know of it."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        told = msg_vals or {}
        company_id = told.get("customer_company_id") or message.sudo().customer_company_id.id
        if not company_id:
            return recipients
        # The message has been read by its author, who need not be able to read users.
        users = self.env["res.users"].sudo().browse([r["uid"] for r in recipients if r["uid"]])
        able = {
            user.id
            for user in users
            if user.has_group(SALESPEOPLE) and company_id in user._get_company_ids()
        }
        return [recipient for recipient in recipients if recipient["uid"] in able]

    def message_post_with_source(self, source_ref, *, render_values=None, **kwargs):
        """What is said of an activity that was done is for those who could read the activity."""
        activity = (render_values or {}).get("activity")
        if activity and activity.customer_company_id:
            kwargs["customer_company_id"] = activity.customer_company_id.id
        return super().message_post_with_source(source_ref, render_values=render_values, **kwargs)

    # Pricelist

    @api.depends("commercial_partner_id")
    def _compute_product_pricelist(self):
        # A new contact below a company follows that company's tier at once.
        return super()._compute_product_pricelist()

    def _inverse_product_pricelist(self):
        """Keep a standard list that was chosen on purpose for a customer with a tier list.

        Core stores nothing when the chosen list is the standard one, and the tier's list would
        come back. Choosing the tier's list, or none, means to follow the tier again.
        """
        tier_lists = self._customer_tier_pricelists()
        chosen = {partner: partner.property_product_pricelist for partner in tier_lists}
        # Core would store the tier's list, and from a contact it would climb to the company.
        others = self.filtered(lambda p: p not in tier_lists)
        result = super(ResPartner, others)._inverse_product_pricelist()
        for partner, tier_list in tier_lists.items():
            if chosen[partner] and chosen[partner] != tier_list:
                partner.specific_property_product_pricelist = chosen[partner]
            elif partner.specific_property_product_pricelist:
                # Emptying a contact's list alone would leave the company's.
                family = partner | partner.commercial_partner_id
                family.specific_property_product_pricelist = False
        return result

    def _customer_tier_agreed_pricelist(self):
        """The list that somebody chose for a partner in the current company, which goes before a
        tier's; an archived one is nobody's."""
        return self.specific_property_product_pricelist._get_partner_pricelist_multi_filter_hook()

    def _customer_tier_pricelists(self):
        """The tier's list per partner in the current company, only for those who have one.

        :return: dict ``res.partner`` → ``product.pricelist``
        """
        tiers = self._customer_tiers()
        if not tiers:
            return {}
        standard = self.env["product.pricelist"]._get_country_pricelist_multi(self.country_id.ids)
        lists = {}
        for partner, tier in tiers.items():
            default = standard.get(partner.country_id.id, standard[False])
            if pricelist := tier._pricelist_for(default):
                lists[partner] = pricelist
        return lists

    def _customer_tiers(self):
        """Tier per partner in the current company, only for those who have one.

        :return: dict ``res.partner`` → ``customer.tier`` (sudo: prices must not depend on who
            may read tiers)
        """
        standings = self.sudo()._customer_standings()
        return {
            partner: standings[partner].tier_id for partner in self if standings[partner].tier_id
        }

    # Values kept by hand

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_customer_values(self):
        """The values that count today in the current company, one per metric."""
        company = self.env.company
        Value = self.env["customer.tier.value"]
        kept = Value.search(
            [
                ("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "in", [company.id, False]),
                ("metric_id.active", "=", True),
                ("date", "<=", self.env["customer.tier.gather"]._today(self.env.company)),
            ]
        )
        # As grading does: the latest, and a company's own before that for all.
        latest = {}
        for value in kept.sorted(lambda v: (v.date, bool(v.company_id), v.id)):
            latest[value.partner_id.commercial_partner_id, value.metric_id] = value
        for partner in self:
            customer = partner.commercial_partner_id
            values = [v.id for (owner, _metric), v in latest.items() if owner == customer._origin]
            partner.customer_value_ids = Value.browse(values).sorted(
                lambda v: (v.metric_id.sequence, v.metric_id.id)
            )

    def action_add_customer_value(self):
        """Enter a number for this customer."""
        self.env["customer.tier.value"].check_access("create")
        title = self.env._("Value of %s", self.commercial_partner_id.name)
        return self._customer_value_dialog(title, self.env["customer.tier.value"])

    def action_assess_customer(self):
        """Answer the questions of the first metric that has some, or go on with today's answers."""
        self.env["customer.tier.value"].check_access("create")
        asked = [("kind", "=", "manual"), ("question_ids", "!=", False)]
        metric = self.env["customer.tier.metric"].search(asked, limit=1)
        today = [
            ("partner_id", "=", self.commercial_partner_id.id),
            ("metric_id", "=", metric.id),
            ("date", "=", self.env["customer.tier.gather"]._today(self.env.company)),
            ("company_id", "in", [self.env.company.id, False]),
        ]
        value = self.env["customer.tier.value"].search(today, order="company_id", limit=1)
        title = self.env._("Assess %s", self.commercial_partner_id.name)
        return self._customer_value_dialog(title, value, default_metric_id=metric.id)

    def _customer_value_dialog(self, title, value, **context):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "customer.tier.value",
            "res_id": value.id,
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_partner_id": self.commercial_partner_id.id,
                "customer_tier_one_customer": True,
                **context,
            },
        }

    def action_open_customer_values(self):
        """All values of this customer, the earlier ones too."""
        self.ensure_one()
        self.env["customer.tier.value"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_value_action"
        )
        customer = self.commercial_partner_id
        action["domain"] = [("partner_id.commercial_partner_id", "=", customer.id)]
        action["context"] = {"default_partner_id": customer.id}
        return action
