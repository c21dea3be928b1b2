from contextlib import contextmanager
from math import inf

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.customer_tiering.explain.words import series
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE
from odoo.addons.customer_tiering.models.res_partner import FAMILY_FIELDS
from odoo.exceptions import UserError
from odoo.fields import Command

from ..credit_position import APPROVERS, CreditPosition, limit_text
from ..figures import refuse_figures, without_default_figures

# Computed by Odoo: who owes for a contact goes by it.
FIGURES = {"commercial_partner_id"}


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
        booked = self._customer_credit_of_contacts(company)
        none = (0.0, self.env["customer.credit.approval"])
        cent = company.currency_id.rounding
        extra = {partner: current.get((partner.id, "approved"), none)[0] for partner in self}
        return {
            partner: CreditPosition(
                limit=rich.credit_limit,
                extra=extra[partner],
                allowed=self._customer_credit_allowed(rich.credit_limit, extra[partner], cent),
                receivable=rich.credit + booked.get(partner.id, 0.0),
                to_invoice=rich.credit_to_invoice + missing[partner.id],
                requested=current.get((partner.id, "requested"), none)[1],
            )
            for partner, rich in zip(self, self.sudo().with_company(company), strict=True)
        }

    def _customer_credit_of_contacts(self, company):
        """What contacts of these owe that was booked before they were contacts: entries stay with
        whom they were made for, and the core looks at the company's alone.

        :param company: sudo
        :return: dict id of commercial partner → amount, in company currency
        """
        rows = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("parent_state", "=", "posted"),
                    # As the core counts what the companies themselves owe.
                    ("company_id", "child_of", company.root_id.id),
                    ("account_type", "=", "asset_receivable"),
                    ("reconciled", "=", False),
                    ("partner_id.commercial_partner_id", "in", self.ids),
                    ("partner_id", "not in", self.ids),
                ],
                ["partner_id.commercial_partner_id"],
                ["amount_residual:sum"],
            )
        )
        return {partner.id: amount for partner, amount in rows}

    @api.model
    def _customer_credit_allowed(self, limit, extra, cent):
        if not limit:
            return inf
        return extra + (limit if limit > cent else 0.0)

    # Contacts that join a company take their debts along

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self.browse()._customer_credit_refuse_figures(vals)
        # Contacts that are there already join once their company is, as they do by hand.
        joining = [self._customer_credit_joining(vals) for vals in vals_list]
        if any(joining):
            vals_list = [self._customer_credit_without_joining(vals) for vals in vals_list]
        partners = super(ResPartner, without_default_figures(self, FIGURES)).create(vals_list)
        for partner, numbers in zip(partners, joining, strict=True):
            if numbers:
                partner.write({"child_ids": [Command.link(number) for number in numbers]})
        return partners

    @api.model
    def _customer_credit_joining(self, vals):
        """Numbers of contacts that a new company gets which are there already."""
        numbers = []
        for command in vals.get("child_ids") or ():
            if command[0] == Command.SET:
                numbers += command[2]
            elif command[0] == Command.LINK:
                numbers.append(command[1])
        return numbers if numbers and self._customer_credit_looking() else []

    @api.model
    def _customer_credit_without_joining(self, vals):
        if "child_ids" not in vals:
            return vals
        kept = [one for one in vals["child_ids"] or () if one[0] not in (Command.SET, Command.LINK)]
        return {**vals, "child_ids": kept}

    def write(self, vals):
        self._customer_credit_refuse_figures(vals)
        movers = self._customer_credit_movers(vals)
        companies = movers and self._customer_credit_looking()
        if not companies:
            return super().write(vals)
        with movers._customer_credit_moved(movers._customer_credit_heads(vals), companies):
            return super().write(vals)

    def _customer_credit_movers(self, vals):
        """Contacts that may belong to somebody else once this is written."""
        movers = self if FAMILY_FIELDS & vals.keys() else self.browse()
        # What is taken out of a company there, or into it, has moved before it is written itself.
        commands = [command for command in vals.get("child_ids") or () if command[0] > 1]
        if commands:
            named = {command[1] for command in commands if command[1]}
            named.update(*(command[2] for command in commands if command[0] == Command.SET))
            movers |= self | self.browse([*self.sudo().child_ids.ids, *named]).exists()
        return movers

    @contextmanager
    def _customer_credit_moved(self, heads, companies):
        """Look at what customers owe before and after these contacts are moved or merged: whoever
        comes to owe more must be within its limit, and nothing gets out of a limit that way.

        :param heads: whom debts may come to, or leave; sudo
        :param companies: that look at limits; sudo
        """
        before = {company: heads._customer_credit_now(company) for company in companies}
        approved = self._customer_credit_current_approvals(companies)
        # Of contacts that become customers themselves the limit is a copy that nobody gave them.
        own = self.sudo().filtered(lambda contact: contact.commercial_partner_id == contact)
        yield
        moved, heads = self.exists(), heads.exists()
        self.env["customer.credit.approval"]._end_moved(approved)
        for company, positions in before.items():
            used = {number: position.used for number, position in positions.items()}
            heads._customer_credit_check_joined(company, used, moved)
            heads._customer_credit_check_left(company, positions, moved, moved.sudo() - own)

    def _customer_credit_current_approvals(self, companies):
        """What is approved or asked for of these contacts and those below them.

        :return: dict of approvals → commercial partner; sudo
        """
        Approval = self.env["customer.credit.approval"].sudo()
        open_ones = Approval.search(
            [
                ("partner_id", "child_of", self.ids),
                ("company_id", "in", companies.ids),
                ("decision", "in", ("requested", "approved")),
            ]
        )
        return {approval: approval.partner_id.commercial_partner_id for approval in open_ones}

    def _customer_credit_refuse_figures(self, vals):
        """Also of contacts written through their company, which the core does with all rights."""
        refuse_figures(self, vals, FIGURES)
        for command in vals.get("child_ids") or ():
            if isinstance(command, list | tuple) and isinstance(command[-1], dict):
                self.browse()._customer_credit_refuse_figures(command[-1])

    @api.model
    def _customer_credit_looking(self):
        """Companies that do something about credit limits; sudo, as a contact may belong to several
        whoever moves it."""
        domain = [
            ("account_use_credit_limit", "=", True),
            ("customer_credit_check", "!=", "none"),
        ]
        return self.env["res.company"].sudo().search(domain)

    def _customer_credit_heads(self, vals):
        """Who these belong to, and may once this is written, themselves as well; sudo."""
        contacts = self.sudo()
        parents = contacts.browse(vals.get("parent_id") or ()).exists()
        # Written from the company, a contact may have no parent any more by now.
        return (contacts.parent_id | parents | contacts).commercial_partner_id | contacts

    def _customer_credit_now(self, company):
        """What these owe and may owe at this moment.

        :return: dict id of commercial partner → ``CreditPosition``
        """
        self.env.flush_all()
        # What was read before need not be so any more.
        self.invalidate_recordset(["credit", "credit_to_invoice"])
        positions = self._customer_credit_positions(company)
        return {partner.id: position for partner, position in positions.items()}

    def _customer_credit_check_joined(self, company, before, joined):
        """Refuse what takes these over their limit where the company wants that, and note it on the
        orders where it does not.

        :param company: sudo
        :param before: what they owed, by number
        :param joined: who may have come
        """
        after = self._customer_credit_now(company)
        grown = self.filtered(
            lambda head: (
                company.currency_id.compare_amounts(after[head.id].used, before[head.id]) > 0
            )
        )
        for head, position in grown._customer_credit_positions(company).items():
            if company.currency_id.round(position.over()) <= 0:
                continue
            if company._customer_credit_blocks():
                raise UserError(joined._customer_credit_refusal(head, position, company))
            # Without figures: warehouses read orders, too.
            body = joined._customer_credit_joined_note(head)
            for order in joined.sudo()._customer_credit_open_orders(company):
                order._customer_credit_in_seller_language().message_post(body=body)

    def _customer_credit_check_left(self, company, before, moved, fresh):
        """Refuse that debts within somebody's limit become those of somebody without any.

        :param company: sudo
        :param before: what these, and who is gone since, owed and might owe, by number
        :param moved: contacts that took them along
        :param fresh: those of them that nobody has given a limit of their own
        """
        after = self._customer_credit_now(company)
        compare = company.currency_id.compare_amounts
        takers = self.filtered(
            lambda head: (
                (head in fresh or not after[head.id].limit)
                and compare(after[head.id].used, before[head.id].used) > 0
            )
        )
        left = self.browse(
            number
            for number, position in before.items()
            if position.limit
            and compare(after[number].used if number in after else 0.0, position.used) < 0
        )
        if not takers or not left:
            return
        if left._customer_credit_keeps(company):
            raise UserError(takers._customer_credit_kept_text(left))
        body = takers._customer_credit_released_text(left)
        for order in moved.sudo()._customer_credit_open_orders(company):
            order._customer_credit_in_seller_language().message_post(body=body)

    def _customer_credit_lowest(self, company):
        """The lowest limit that any of these has; 0 for none."""
        limits = self.with_company(company).mapped("credit_limit")
        return min(filter(None, limits), default=0.0)

    def _customer_credit_inherit(self, limit, company):
        """Whoever stays of merged customers keeps a limit, where one of them had one; sudo."""
        for customer in self.commercial_partner_id.with_company(company):
            if limit and not customer.credit_limit:
                customer.credit_limit = limit

    def _customer_credit_keeps(self, company):
        """Whether what these owe has to stay within their limit, whoever is acting."""
        approves = self.env.user.has_group(APPROVERS) or self.env.uid == SUPERUSER_ID
        return company._customer_credit_blocks() and not approves

    def _customer_credit_kept_text(self, customers):
        """Why these do not get what customers with a limit owe."""
        return self.env._(
            "%(customer)s cannot take over what is ordered and not paid: it is counted against the "
            "credit limit of %(debtor)s. Have it paid first, or ask somebody who approves credit.",
            customer=series(self.env, self.mapped("display_name")),
            debtor=self.env._("another customer")
            if not customers.exists().sudo(False)._filtered_access("read")
            else series(self.env, customers.exists().mapped("display_name")),
        )

    def _customer_credit_released_text(self, customers):
        return self.env._(
            "What is ordered and not paid is owed by %(customer)s now, and no longer counted "
            "against the credit limit of %(debtor)s.",
            customer=series(self.env, self.mapped("display_name")),
            debtor=series(self.env, customers.exists().mapped("display_name"))
            or self.env._("another customer"),
        )

    def _customer_credit_open_orders(self, company):
        domain = [
            ("company_id", "=", company.id),
            ("state", "=", "sale"),
            ("partner_invoice_id", "child_of", self.ids),
            ("invoice_status", "!=", "invoiced"),
        ]
        return self.env["sale.order"].sudo().search(domain)

    def _customer_credit_joined_text(self, head, position, company):
        amounts = {
            "owed": position.used,
            "over": position.over(),
            "allowed": position.allowed,
        }
        values = {name: company.currency_id.format(amount) for name, amount in amounts.items()}
        others = self - head
        if not others:
            # Whoever was merged into it is gone.
            return self.env._(
                "With what it takes over from the merged contacts, %(customer)s owes %(owed)s, "
                "which is %(over)s over the credit limit of %(allowed)s.",
                customer=head.display_name,
                **values,
            )
        return self.env._(
            "With what %(contact)s has ordered and not paid, %(customer)s owes %(owed)s, which is "
            "%(over)s over the credit limit of %(allowed)s.",
            contact=series(self.env, others.mapped("display_name")),
            customer=head.display_name,
            **values,
        )

    def _customer_credit_joined_note(self, head):
        others = self - head
        if not others:
            return self.env._(
                "With what it takes over from the merged contacts, %s is over the credit limit.",
                head.display_name,
            )
        return self.env._(
            "With what %(contact)s has ordered and not paid, %(customer)s is over the credit "
            "limit.",
            contact=series(self.env, others.mapped("display_name")),
            customer=head.display_name,
        )

    def _customer_credit_refusal(self, head, position, company):
        seller = self.env.user.has_group(SALESPEOPLE) and company in self.env.user.company_ids
        if not seller or not head.sudo(False)._filtered_access("read"):
            others = self - head
            if not others:
                return self.env._(
                    "These contacts cannot be merged into %s at the moment: it would take over "
                    "what they owe. Please ask an accountant.",
                    head.display_name,
                )
            return self.env._(
                "%(contact)s cannot be moved to %(customer)s at the moment: it takes debts along. "
                "Please ask an accountant.",
                contact=series(self.env, others.mapped("display_name")),
                customer=head.display_name,
            )
        way = self.env._("Request an approval for it first, or have them pay.")
        return f"{self._customer_credit_joined_text(head, position, company)} {way}"

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_customer_credit(self):
        company = self.env.company
        partners = self.commercial_partner_id._origin
        if not all(self._ids):
            # The company of a contact may be typed: that is no right to know what it owes.
            partners = partners._filtered_access("read")
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
