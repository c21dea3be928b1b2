from math import inf

from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE

from ..credit_position import CreditPosition, limit_text


class ResPartner(models.Model):
    """Credit of a customer, for people without any right on the ledger."""

    _inherit = "res.partner"

    customer_credit_used = fields.Monetary(
        string="Credit Used",
        compute="_compute_customer_credit",
        groups=SALESPEOPLE,
        help="Unpaid invoices and orders that are not invoiced yet, in company currency.",
    )
    customer_credit_limit_text = fields.Char(
        string="Present Credit Limit",
        compute="_compute_customer_credit",
        groups=SALESPEOPLE,
        exportable=False,
    )
    customer_credit_extra = fields.Monetary(
        string="Special Approvals",
        compute="_compute_customer_credit",
        groups=SALESPEOPLE,
        help="What the customer may owe beyond its credit limit today.",
    )
    customer_credit_left = fields.Monetary(
        string="Credit Left",
        compute="_compute_customer_credit",
        groups=SALESPEOPLE,
        help="What the customer may still order today, special approvals included; negative where "
        "it is over its limit.",
    )
    customer_credit_checked = fields.Boolean(
        compute="_compute_customer_credit", groups=SALESPEOPLE, export_string_translation=False
    )
    customer_credit_limited = fields.Boolean(
        compute="_compute_customer_credit", groups=SALESPEOPLE, export_string_translation=False
    )
    customer_credit_approval_ids = fields.One2many(
        "customer.credit.approval",
        string="Approvals of Extra Credit",
        compute="_compute_customer_credit_records",
        groups=SALESPEOPLE,
    )
    customer_credit_change_ids = fields.One2many(
        "customer.credit.change",
        string="Credit History",
        compute="_compute_customer_credit_records",
        groups=SALESPEOPLE,
    )
    customer_credit_differs = fields.Boolean(
        compute="_compute_customer_credit_proposal",
        groups=SALESPEOPLE,
        export_string_translation=False,
    )
    customer_present_term_id = fields.Many2one(
        "account.payment.term",
        string="Present Payment Terms",
        compute="_compute_customer_credit_proposal",
        groups=SALESPEOPLE,
    )
    customer_proposed_limit_text = fields.Char(
        string="Credit Limit by Rule",
        compute="_compute_customer_credit_proposal",
        groups=SALESPEOPLE,
        exportable=False,
    )
    customer_proposed_term_id = fields.Many2one(
        "account.payment.term",
        string="Proposed Payment Terms",
        compute="_compute_customer_credit_proposal",
        groups=SALESPEOPLE,
    )

    # The page “Customer Credit” of the contact

    customer_has_credit_page = fields.Boolean(
        compute="_compute_customer_has_credit_page",
        groups=SALESPEOPLE,
        export_string_translation=False,
    )

    def _customer_credit_positions(self, company):
        """What these commercial partners owe and may owe in a company.

        :return: dict ``res.partner`` → ``CreditPosition``; empty where the company does not use
            credit limits
        """
        # Salespeople see what their customers owe in total, without any right on invoices.
        company = company.sudo()
        if not company.account_use_credit_limit:
            return {}
        current = self.env["customer.credit.approval"]._current(self, company)
        missing = self.env["sale.order"]._customer_credit_not_counted(self, company)
        none = (0.0, self.env["customer.credit.approval"])
        cent = company.currency_id.rounding
        extra = {partner: current.get((partner.id, "approved"), none)[0] for partner in self}
        return {
            partner: CreditPosition(
                limit=rich.credit_limit,
                extra=extra[partner],
                allowed=self._customer_credit_allowed(rich.credit_limit, extra[partner], cent),
                receivable=rich.credit,
                to_invoice=rich.credit_to_invoice + missing[partner.id],
                requested=current.get((partner.id, "requested"), none)[1],
            )
            for partner, rich in zip(self, self.sudo().with_company(company), strict=True)
        }

    @api.model
    def _customer_credit_allowed(self, limit, extra, cent):
        if not limit:
            return inf
        return extra + (limit if limit > cent else 0.0)

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_customer_credit(self):
        company = self.env.company
        partners = self.commercial_partner_id._origin
        positions = partners._customer_credit_positions(company)
        for partner in self:
            position = positions.get(partner.commercial_partner_id._origin)
            partner.customer_credit_checked = bool(position)
            partner.customer_credit_used = position and position.used
            partner.customer_credit_extra = position and position.extra
            limited = bool(position and position.limit)
            partner.customer_credit_limited = limited
            partner.customer_credit_left = limited and position.allowed - position.used
            partner.customer_credit_limit_text = position and limit_text(
                self.env, position.limit, company.currency_id
            )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_customer_credit_proposal(self):
        for partner in self:
            standing = partner.customer_standing_id
            partner.customer_credit_differs = standing.credit_differs
            partner.customer_present_term_id = standing.payment_term_id
            partner.customer_proposed_limit_text = standing.proposed_credit_limit_text
            partner.customer_proposed_term_id = standing.proposed_payment_term_id

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_customer_credit_records(self):
        domain = [
            ("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids),
            ("company_id", "=", self.env.company.id),
        ]
        names = {
            "customer_credit_approval_ids": "customer.credit.approval",
            "customer_credit_change_ids": "customer.credit.change",
        }
        for name, model in names.items():
            groups = (
                self.env[model]
                .search(domain)
                .grouped(lambda record: record.partner_id.commercial_partner_id)
            )
            for partner in self:
                partner[name] = groups.get(partner.commercial_partner_id._origin, False)

    @api.depends("commercial_partner_id", "customer_is_graded")
    @api.depends_context("company")
    def _compute_customer_has_credit_page(self):
        checked = self.env.company.sudo().account_use_credit_limit
        others = self.browse()
        for partner in self:
            saved = bool(partner._origin)
            partner.customer_has_credit_page = saved and (checked or partner.customer_is_graded)
            if saved and not partner.customer_has_credit_page:
                others |= partner
        if others:
            others._customer_credit_show_approvals()

    def _customer_credit_show_approvals(self):
        """Approvals are shown even where limits are not checked any more."""
        customers = self.commercial_partner_id._origin
        asked = [
            ("partner_id.commercial_partner_id", "in", customers.ids),
            ("company_id", "=", self.env.company.id),
        ]
        approvals = self.env["customer.credit.approval"].search(asked)
        approved = approvals.partner_id.commercial_partner_id
        for partner in self:
            if partner.commercial_partner_id._origin in approved:
                partner.customer_has_credit_page = True

    def action_request_credit(self):
        """Ask for more credit for this customer for a time."""
        self.ensure_one()
        return self.env["customer.credit.approval"]._open_request(self.commercial_partner_id)

    def action_apply_customer_credit(self):
        """Show what the credit table would change for this customer."""
        self.ensure_one()
        return self.customer_standing_id.action_apply_credit()
