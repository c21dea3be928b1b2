from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import notification
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

# What a customer of the file is looked up by: the surest first.
KEYS = ("ref", "vat", "email_normalized", "name")


class CustomerPastOrder(models.Model):
    """An order that a customer placed before the company worked with Odoo, for whoever brings the
    history along: it counts for grading like an order, and is nothing else."""

    _name = "customer.past.order"
    _description = "Past Order"
    _order = "order_date desc, id desc"
    _rec_name = "order_ref"

    order_ref = fields.Char(
        string="Order Reference",
        help="The number of the order in the old system. The same number does not come in twice.",
    )
    customer = fields.Char(
        string="Customer in the File",
        help="What the old system calls the customer: reference, tax number, e-mail or name. The "
        "contact is looked up by it.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    match = fields.Selection(
        selection=[
            ("found", "Found"),
            ("missing", "Customer Not Found"),
            ("several", "Several Contacts Fit"),
        ],
        string="Customer",
        default="found",
        required=True,
        readonly=True,
        copy=False,
    )
    order_date = fields.Date(required=True, index=True)
    amount = fields.Monetary(
        string="Untaxed Amount", help="A negative amount is what came back.", aggregator=None
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount_company = fields.Monetary(
        string="Amount",
        compute="_compute_amount_company",
        store=True,
        precompute=True,
        currency_field="company_currency_id",
        help="Untaxed, in the currency of the company, at the rate of the day.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Company", exportable=False
    )
    quantity = fields.Float(digits="Product Unit", help="Pieces of goods, where they are known.")
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        ondelete="set null",
        help="Counts for the number of categories, together with a quantity.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    always_counts = fields.Boolean(
        string="Counts in Any Case",
        help="Past orders count until the day before the customer's first order in Odoo. Tick this "
        "where the order is not in Odoo although it is later.",
    )
    counts = fields.Boolean(compute="_compute_counts", search="_search_counts")

    _order_ref_uniq = models.UniqueIndex(
        "(company_id, order_ref) WHERE order_ref IS NOT NULL",
        "This order reference has come in already. Leave out the rows that are here, or delete "
        "these first.",
    )

    @api.depends("amount", "currency_id", "order_date", "company_id")
    def _compute_amount_company(self):
        for order in self:
            own = order.company_id.currency_id
            day = order.order_date or fields.Date.today()
            order.amount_company = (
                order.currency_id._convert(order.amount, own, order.company_id, day)
                if order.currency_id and own and order.currency_id != own
                else order.amount
            )

    @api.depends("partner_id", "order_date", "always_counts", "company_id")
    def _compute_counts(self):
        self.flush_model()
        self.env.flush_all()
        ids = self._origin.ids
        self.env.cr.execute(
            SQL(
                "SELECT h.id FROM customer_past_order h JOIN res_partner p ON p.id = h.partner_id "
                "WHERE h.id = ANY(%s) AND %s",
                ids,
                self._counts_sql(),
            )
        )
        counting = {id_ for (id_,) in self.env.cr.fetchall()}
        for order in self:
            order.counts = order._origin.id in counting

    def _search_counts(self, operator, value):
        if operator != "in":
            return NotImplemented
        counting = SQL(
            "(SELECT h.id FROM customer_past_order h JOIN res_partner p ON p.id = h.partner_id "
            "WHERE %s)",
            self._counts_sql(),
        )
        domain = Domain("id", "in", counting)
        return domain if True in value else ~domain

    @api.model
    def _counts_sql(self):
        """Which past orders ``h`` of contacts ``p`` count: those from before the customer's first
        order in the company, as a condition."""
        return SQL(
            """(h.always_counts IS TRUE OR NOT EXISTS (
                SELECT FROM res_partner q
                  JOIN sale_order o ON o.partner_id = q.id
                 WHERE q.commercial_partner_id = p.commercial_partner_id
                   AND o.company_id = h.company_id AND o.state = 'sale'
                   AND o.date_order < h.order_date + 1))"""
        )

    @api.constrains("order_date")
    def _check_order_date(self):
        today = fields.Date.context_today(self)
        if any(order.order_date > today for order in self):
            raise ValidationError(
                self.env._("A past order cannot be dated in the future: look at the column Date.")
            )

    @api.constrains("partner_id", "customer", "order_date")
    def _check_customer(self):
        if not all(order.partner_id or order.customer for order in self):
            raise ValidationError(self.env._("Say whose order it was: choose a contact."))

    # Coming in from a file

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Past Orders"),
                "template": "/customer_tiering_past_orders/static/templates/past_orders.csv",
            }
        ]

    @api.model_create_multi
    def create(self, vals_list):
        self._match(vals_list)
        orders = super().create(vals_list)
        orders._mark_stale()
        return orders

    def write(self, vals):
        before = self._customers()
        if vals.get("partner_id"):
            vals = {**vals, "match": "found"}
        result = super().write(vals)
        self.env["customer.tier.stale"]._mark(before | self._customers())
        return result

    def unlink(self):
        before = self._customers()
        result = super().unlink()
        self.env["customer.tier.stale"]._mark(before)
        return result

    def _mark_stale(self):
        self.env["customer.tier.stale"]._mark(self._customers())

    def _customers(self):
        return {
            (order.partner_id.commercial_partner_id, order.company_id)
            for order in self.sudo()
            if order.partner_id
        }

    @api.model
    def _match(self, vals_list):
        """Look up the contacts of values that name a customer and give none."""
        unknown = defaultdict(list)
        for vals in vals_list:
            name = (vals.get("customer") or "").strip()
            if name and not vals.get("partner_id"):
                unknown[vals.get("company_id") or self.env.company.id].append((name, vals))
        for company_id, named in unknown.items():
            company = self.env["res.company"].browse(company_id)
            found = self._lookup({name for name, _vals in named}, company)
            for name, vals in named:
                vals.update(found.get(name, {"match": "missing"}))

    @api.model
    def _lookup(self, names, company):
        """The contacts that customers of a file are, among those that the user may read.

        :param names: texts as the file has them
        :return: dict name → values of ``partner_id`` and ``match``; without who was not found
        """
        found = {}
        Partner = self.env["res.partner"]
        own = Domain(Partner._check_company_domain(company))
        for key in KEYS:
            left = {self._key(key, name): name for name in names if name not in found}
            left.pop(False, None)
            if not left:
                continue
            # A customer is its company: its contacts are only asked by their own e-mail.
            domain = own & Domain(key, "in", list(left))
            if key != "email_normalized":
                domain &= Domain("parent_id", "=", False)
            customers = defaultdict(set)
            for partner in Partner.search(domain):
                customers[left[self._key(key, partner[key])]].add(partner.commercial_partner_id.id)
            for name, ids in customers.items():
                one = len(ids) == 1
                found[name] = {
                    "partner_id": next(iter(ids)) if one else False,
                    "match": "found" if one else "several",
                }
        return found

    @api.model
    def _key(self, key, value):
        if key == "email_normalized":
            return email_normalize(value or "") or False
        return (value or "").strip() or False

    def action_find(self):
        """Look up the contacts of these once more, or of all that were not found."""
        orders = self._not_found()
        matched = 0
        for company, rows in orders.grouped("company_id").items():
            found = self._lookup(set(rows.mapped("customer")), company)
            for name, same in rows.grouped("customer").items():
                vals = found.get(name, {"partner_id": False, "match": "missing"})
                same.write(vals)
                matched += len(same) if vals["partner_id"] else 0
        left = len(orders) - matched
        return notification(
            self.env._(
                "Customers found for %(found)s rows; %(left)s are left.", found=matched, left=left
            )
            if left
            else self.env._("All customers were found.")
        )

    def action_create_customers(self):
        """Make a contact of each customer of the file that was not found."""
        orders = self._not_found().filtered(lambda order: order.match == "missing")
        if not orders:
            raise UserError(self.env._("There are no customers to create: all were found."))
        made = 0
        for rows in orders.grouped("company_id").values():
            names = rows.grouped("customer")
            partners = self.env["res.partner"].create([self._customer_vals(name) for name in names])
            for partner, same in zip(partners, names.values(), strict=True):
                same.write({"partner_id": partner.id})
            made += len(partners)
        return notification(self.env._("%s customers created.", made))

    @api.model
    def _customer_vals(self, name):
        email = email_normalize(name)
        return {
            "name": name,
            "ref": False if email else name,
            "email": email or False,
            "is_company": not email,
            "customer_rank": 1,
        }

    def _not_found(self):
        """Those of these without a contact; of none, all that the user may change."""
        self.check_access("write")
        domain = Domain("partner_id", "=", False)
        if self:
            return self.filtered_domain(domain)
        return self.search(domain & Domain("company_id", "in", self.env.companies.ids))
