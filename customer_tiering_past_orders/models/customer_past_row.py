import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import notification
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize


def _plain(text):
    """A name or reference without regard to capitals and spaces, as people type it."""
    return " ".join((text or "").split()).lower()


def _plain_vat(text):
    """A tax number without what people put between its characters."""
    return re.sub(r"\W", "", text or "").lower()


# What a customer of the file is looked up by, the surest first: field → how two values are made
# comparable, and the same as an expression over a column of contacts.
KEYS = {
    "ref": (_plain, r"lower(regexp_replace(trim(%s), '\s+', ' ', 'g'))"),
    "vat": (_plain_vat, r"lower(regexp_replace(%s, '\W', '', 'g'))"),
    "email_normalized": (lambda text: email_normalize(text or "") or "", "%s"),
    "name": (_plain, r"lower(regexp_replace(trim(%s), '\s+', ' ', 'g'))"),
}


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
        own = Domain(self.env["res.partner"]._check_company_domain(company))
        for key, (plain, _column) in KEYS.items():
            left = defaultdict(list)
            for name in names - found.keys():
                left[plain(name)].append(name)
            left.pop("", None)
            if not left:
                continue
            # A customer is its company: its contacts are only asked by their own e-mail.
            domain = own if key == "email_normalized" else own & Domain("parent_id", "=", False)
            customers = defaultdict(lambda: defaultdict(set))
            typed = [name for same in left.values() for name in same]
            for partner in self._partners(domain, key, typed):
                same = plain(partner[key])
                customers[same][partner[key]].add(partner.commercial_partner_id.id)
            for same, by_value in customers.items():
                for name in left.get(same, ()):
                    # Who is written just so goes before others who differ in capitals alone.
                    ids = by_value.get(name) or set().union(*by_value.values())
                    found[name] = {
                        "partner_id": next(iter(ids)) if len(ids) == 1 else False,
                        "match": "found" if len(ids) == 1 else "several",
                    }
        return found

    @api.model
    def _partners(self, domain, key, values):
        """Contacts of a domain whose value is, to the database, the same as one of ``values``."""
        alike = KEYS[key][1]

        def to_sql(model, alias, query):
            # It may know capitals of fewer alphabets: both sides are made comparable by it.
            field = SQL(alike, model._field_to_sql(alias, key, query))
            return SQL(
                "%s IN (SELECT %s FROM unnest(%s) AS v)", field, SQL(alike, SQL("v")), values
            )

        return self.env["res.partner"].search(domain & Domain.custom(to_sql=to_sql))

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
            # One contact, however its name was typed.
            names = own.grouped(lambda row: _plain(row.customer))
            partners = self.env["res.partner"].create(
                [self._customer_vals(same[0].customer.strip()) for same in names.values()]
            )
            for partner, same in zip(partners, names.values(), strict=True):
                same.write({"partner_id": partner.id})
            made += len(partners)
        return notification(self.env._("Customers created: %s.", made))

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
