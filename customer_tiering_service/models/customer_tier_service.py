from collections import Counter

from odoo import api, fields, models
from odoo.addons.customer_tiering.explain.words import series
from odoo.addons.customer_tiering.models.customer_tier import NAMED
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.addons.customer_tiering.tools import notification, open_list, works_in
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..care_rules import CareRule, plain_zip


class CustomerTierService(models.Model):
    """A rule on who looks after the customers of some tiers and regions, and on which terms they
    pay. Of the rules of a programme the first that fits a customer counts."""

    _name = "customer.tier.service"
    _description = "Rule for Dedicated People"
    _order = "company_id, sequence, id"

    name = fields.Char(
        required=True, translate=True, help="As colleagues read it, such as “Gold service”."
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    program_id = fields.Many2one(
        "customer.tier.program",
        string="Programme",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self._default_program(),
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)

    # For whom

    tier_ids = fields.Many2many(
        "customer.tier",
        string="Tiers",
        context=NAMED,
        domain="[('program_id', '=', program_id)]",
        help="Empty: customers of any tier.",
    )
    lifecycle_stage = fields.Selection(STAGES, string="Stage")
    country_ids = fields.Many2many("res.country", string="Countries")
    state_ids = fields.Many2many("res.country.state", string="States")
    zip_from = fields.Char(string="Postal Codes From")
    zip_to = fields.Char(
        string="Postal Codes Until", help="19 includes all postal codes that begin with 19."
    )

    # Who, and what

    member_ids = fields.One2many(
        "customer.tier.service.member",
        "service_id",
        string="Salespeople",
        copy=True,
        help="Customers without a salesperson of their own are given to one of these, and stay "
        "with that person. Empty: the rule gives no salesperson.",
    )
    way = fields.Selection(
        [("least", "To whoever has least"), ("turns", "By turns")],
        string="Given Out",
        default="least",
        required=True,
        help="Whoever has least is told by all customers that a person looks after, own ones "
        "included; by turns, only what this rule gives counts.",
    )
    service_user_id = fields.Many2one(
        "res.users",
        string="Service Contact",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        ondelete="set null",
        help="Whom these customers turn to with questions, shown on their page; may be somebody "
        "else than the salesperson.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        domain="[('company_id', 'in', (False, company_id))]",
        ondelete="set null",
        help="Of new quotations that the dedicated salesperson gets.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        domain="[('company_id', 'in', (False, company_id))]",
        ondelete="restrict",
        help="Of new quotations and invoices for customers without payment terms of their own.",
    )

    care_count = fields.Integer(string="Customers", compute="_compute_care_count")
    preview = fields.Html(compute="_compute_preview", sanitize=False, exportable=False)
    balance_warning = fields.Char(compute="_compute_balance_warning", exportable=False)

    @api.model
    def _default_program(self):
        programs = self.env["customer.tier.program"]
        return programs.search([("company_id", "=", self.env.company.id)], limit=1)

    # Checks

    @api.constrains("program_id", "tier_ids")
    def _check_tiers(self):
        for rule in self:
            wrong = rule.tier_ids.filtered(lambda tier, r=rule: tier.program_id != r.program_id)
            if wrong:
                raise ValidationError(
                    self.env._(
                        "Rule “%(rule)s”: tier “%(tier)s” belongs to another programme. Choose one "
                        "of “%(program)s”.",
                        rule=rule.name,
                        tier=wrong[0].name,
                        program=rule.program_id.name,
                    )
                )

    @api.constrains("program_id", "team_id", "payment_term_id", "service_user_id", "member_ids")
    def _check_same_company(self):
        for rule in self:
            company = rule.company_id
            for record in (rule.team_id, rule.payment_term_id):
                if record.company_id and record.sudo().company_id != company:
                    raise ValidationError(
                        self.env._(
                            "Rule “%(rule)s”: “%(name)s” belongs to another company. Choose one "
                            "of %(company)s.",
                            rule=rule.name,
                            name=record.display_name,
                            company=company.name,
                        )
                    )
            rule.member_ids._check_people()
            self.env["customer.tier.care"]._check_users(rule.service_user_id, company)

    @api.constrains("state_ids", "country_ids")
    def _check_region(self):
        for rule in self:
            odd = rule.state_ids.filtered(lambda s, r=rule: s.country_id not in r.country_ids)
            if rule.country_ids and odd:
                raise ValidationError(
                    self.env._(
                        "Rule “%(rule)s”: %(state)s is in none of its countries. Add "
                        "%(country)s to them, or remove the state.",
                        rule=rule.name,
                        state=odd[0].name,
                        country=odd[0].country_id.name,
                    )
                )

    @api.constrains("zip_from", "zip_to")
    def _check_zip(self):
        for rule in self:
            first, last = plain_zip(rule.zip_from), plain_zip(rule.zip_to)
            if first and last and first[: len(last)] > last:
                raise ValidationError(
                    self.env._(
                        "Rule “%(rule)s”: no postal code is between %(first)s and %(last)s. "
                        "Exchange them.",
                        rule=rule.name,
                        first=rule.zip_from,
                        last=rule.zip_to,
                    )
                )

    # As plain values

    def _policies(self):
        """These rules as :class:`CareRule`, in their order; archived ones, and those of archived
        programmes, are none."""
        kept = self.filtered(lambda rule: rule.active and rule.program_id.active)
        return [rule._policy() for rule in kept]

    def _policy(self):
        members = self.member_ids.sorted(lambda member: (member.sequence, member._origin.id or 0))
        return CareRule(
            id=self._origin.id or 0,
            program=self.program_id._origin.id,
            tiers=tuple(self.tier_ids._origin.ids),
            stage=self.lifecycle_stage or None,
            countries=tuple(self.country_ids._origin.ids),
            states=tuple(self.state_ids._origin.ids),
            zip_from=plain_zip(self.zip_from),
            zip_to=plain_zip(self.zip_to),
            way=self.way or "least",
            service_user=self.service_user_id._origin.id or None,
            members=tuple(
                (member.user_id._origin.id, member.weight, member.capacity)
                for member in members
                if member.user_id and member.weight > 0
            ),
        )

    @api.model
    def _of_company(self, company):
        # sudo: gradings follow them, whoever began one; they are told to nobody.
        return self.sudo().search([("company_id", "=", company.id)])

    @api.model
    @ormcache("program_id")
    def _with_terms(self, program_id):
        """Ids of the rules of a programme that give payment terms, remembered by the process: each
        quotation and each page asks, and most programmes have none."""
        # sudo: whether there are any is no secret.
        given = [("program_id", "=", program_id), ("payment_term_id", "!=", False)]
        return tuple(self.sudo().search(given).ids)

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        ids = self.ids
        result = super().unlink()
        self.env["customer.tier.care"]._forget_rules(ids)
        return result

    # What comes of it

    def _compute_care_count(self):
        counts = dict(
            self.env["customer.tier.care"]._read_group(
                [("service_id", "in", self.ids)], ["service_id"], ["__count"]
            )
        )
        for rule in self:
            rule.care_count = counts.get(rule._origin, 0)

    def _may_foretell(self):
        """Whether the reader may be told about the company whose programme is typed here."""
        reader = self.sudo(False).env
        program = self.program_id._origin
        if not program or not program.with_env(reader).has_access("read"):
            return False
        return bool(works_in(reader, program.sudo().company_id))

    @api.depends(
        "active", "sequence", "program_id", "tier_ids", "lifecycle_stage", "country_ids",
        "state_ids", "zip_from", "zip_to", "member_ids.user_id", "member_ids.weight",
        "member_ids.capacity", "way", "service_user_id",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_preview(self):
        for rule in self:
            rule.preview = rule._foretell() if rule._may_foretell() else False

    def _foretell(self):
        """What saving and assigning would do, as HTML."""
        company = self.program_id.company_id
        saved = self._of_company(company) - self._origin
        beside = [(rule.sequence, rule._origin.id, rule) for rule in saved]
        beside.append((self.sequence, self._origin.id or float("inf"), self))
        policies = []
        for _sequence, _id, rule in sorted(beside, key=lambda row: row[:2]):
            policies += rule._policies()
        Care = self.env["customer.tier.care"].sudo()
        plan = Care._plan(company, policies)
        own = self._origin.id or 0
        gained = Counter(step.user for step in plan.steps if step.given and step.rule == own)
        nobody = sum(1 for step in plan.steps if step.needs and not step.user and step.rule == own)
        users = self.env["res.users"].sudo()
        able = self.env["customer.tier.responsible"]._able(company)
        rows = [
            {
                "name": users.browse(user).name,
                "before": plan.before[user],
                "gained": gained[user],
                "after": plan.after[user],
            }
            for user in self._policy().with_members(set(able.ids)).users
        ]
        most = max([row["after"] for row in rows], default=0) or 1
        for row in rows:
            row["share"] = round(100 * row["after"] / most)
        return self.env["ir.qweb"]._render(
            "customer_tiering_service.preview",
            {
                "count": Care._fitting_count(company, policies, own),
                "given": sum(gained.values()),
                "nobody": nobody,
                "rows": rows,
            },
        )

    def _compute_balance_warning(self):
        for company, rules in self.grouped("company_id").items():
            heavy = self.env["customer.tier.care"].sudo()._overloaded(company, rules._policies())
            for rule in rules:
                users = self.env["res.users"].sudo().browse(heavy.get(rule.id, ()))
                rule.balance_warning = self._overload_text(users) if users else False

    def _overload_text(self, users):
        return self.env._(
            "Far more than the others of the pool: %s. Customers stay with whom they know; hand "
            "some over by hand, or change the weights for those to come.",
            series(self.env, users.mapped("name")),
        )

    # Demo

    @api.model
    def _load_demo(self):
        from ..demo.service import create_rules

        company = self.env.ref("base.main_company")
        if not self.search_count([("company_id", "=", company.id)], limit=1):
            create_rules(self.env, company)

    # Buttons

    def action_assign(self):
        """Give everybody of these companies whom the rules dedicate."""
        self.check_access("write")
        Care = self.env["customer.tier.care"].sudo()
        changed = sum(Care._assign(company) for company in self.company_id)
        if not changed:
            message = self.env._("Nothing to do: everybody has whom the rules dedicate.")
            return notification(message, kind="info")
        return notification(self.env._("Customers assigned anew: %s.", changed))

    def action_open_cares(self):
        self.check_access("read")
        action = "customer_tiering_service.customer_tier_care_action"
        return open_list(self.env, action, [("service_id", "in", self.ids)])
