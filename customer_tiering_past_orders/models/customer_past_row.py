from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import notification
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize

# What a customer of the file is looked up by: the surest first.
KEYS = ("ref", "vat", "email_normalized", "name")


class CustomerPastRow(models.AbstractModel):
    """A row of a file from another system that is about a customer: the contact is looked up when
    the row comes in, and rows without one wait in the list until it is found or made."""

    _name = "customer.past.row"
    _description = "Row About a Customer From Another System"

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
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )

    @api.constrains("partner_id", "customer", "company_id")
    def _check_customer(self):
        if not all(row.partner_id or row.customer for row in self):
            raise ValidationError(self.env._("Say whose row it is: choose a contact."))

    @api.model_create_multi
    def create(self, vals_list):
        self._match(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("partner_id"):
            vals = {**vals, "match": "found"}
        return super().write(vals)

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
            left = defaultdict(list)
            for name in names - found.keys():
                left[self._key(key, name)].append(name)
            left.pop(False, None)
            if not left:
                continue
            # A customer is its company: its contacts are only asked by their own e-mail.
            domain = own & Domain(key, "in", list(left))
            if key != "email_normalized":
                domain &= Domain("parent_id", "=", False)
            customers = defaultdict(set)
            for partner in Partner.search(domain):
                for name in left[self._key(key, partner[key])]:
                    customers[name].add(partner.commercial_partner_id.id)
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
        rows = self._not_found()
        matched = 0
        for company, own in rows.grouped("company_id").items():
            found = self._lookup(set(own.mapped("customer")), company)
            for name, same in own.grouped("customer").items():
                vals = found.get(name, {"partner_id": False, "match": "missing"})
                same.write(vals)
                matched += len(same) if vals["partner_id"] else 0
        left = len(rows) - matched
        return notification(
            self.env._(
                "Customers found for %(found)s rows; %(left)s are left.", found=matched, left=left
            )
            if left
            else self.env._("All customers were found.")
        )

    def action_create_customers(self):
        """Make a contact of each customer of the file that was not found."""
        rows = self._not_found().filtered(lambda row: row.match == "missing")
        if not rows:
            raise UserError(self.env._("There are no customers to create: all were found."))
        made = 0
        for own in rows.grouped("company_id").values():
            names = own.grouped("customer")
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
