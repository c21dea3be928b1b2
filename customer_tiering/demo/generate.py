"""Writes the demo data: partners, products, three years of orders in bulk, and invoices.

Partners, products, categories and sources get XML ids with ``noupdate``, so that an upgrade leaves
them alone. Orders get none.
"""

from odoo import fields

from . import tables
from .assessments import create_assessments
from .invoices import create_invoices, has_ledger
from .names import PRODUCTS, name_products
from .plan import plan_orders
from .sent_back import order_what_came_back

MODULE = "customer_tiering"
BATCH = 500
# Source of a customer: its tag.
TAGS = {
    "trade_show": "customer_tiering.tag_trade_show",
    "inquiry": "customer_tiering.tag_specification",
    "price_request": "customer_tiering.tag_price_only",
    "search": "customer_tiering.tag_search",
}
USERS = {"admin": "base.user_admin", "demo": "base.user_demo"}
# A bulk load notifies nobody, and history is not procured again where stock rules are installed.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "sale_no_log_for_new_lines": True,
    "skip_procurement": True,
}


def load_demo(env):
    """Create customers and orders for the main company; a second call does nothing.

    :return: function that invoices some of the orders, at the prices that they have by then; None
        where everything was there already
    """
    company = env.ref("base.main_company")
    env = env(context={**env.context, **QUIET, "allowed_company_ids": company.ids}, su=True)
    if _is_loaded(env):
        return None
    companies, products = tables.companies(), tables.products()
    today = fields.Date.context_today(company)
    partners = _create_partners(env, companies)
    create_assessments(env, tables.assessments(), partners, _users(env), today)
    writer = _OrderWriter(
        env,
        company,
        partners=partners,
        products=_create_products(env, products),
        sources=_create_sources(env),
        users=_users(env),
    )
    writer.write_orders(companies, plan_orders(companies, products, today))
    order_what_came_back(env, company.with_env(env))

    def invoice():
        # A company that keeps its books elsewhere has no accounts to post to.
        if has_ledger(company.with_env(env)):
            create_invoices(env, company.with_env(env), partners, today)

    return invoice


def _is_loaded(env):
    loaded = [("module", "=", MODULE), ("name", "=like", r"demo\_partner\_%")]
    return bool(env["ir.model.data"].search_count(loaded, limit=1))


def _users(env):
    """Users by their name in the table; the administrator stands in for an absent one."""
    admin = env.ref(USERS["admin"])
    users = {key: env.ref(xmlid, raise_if_not_found=False) or admin for key, xmlid in USERS.items()}
    return {**users, "": env["res.users"]}


def _create(env, model, kind, values_by_key):
    """Create one record per key under the XML id ``demo_<kind>_<key>``; return them by key."""
    records = env[model].create(list(values_by_key.values()))
    created = dict(zip(values_by_key, records, strict=True))
    env["ir.model.data"]._update_xmlids(
        [
            {"xml_id": f"{MODULE}.demo_{kind}_{key}", "record": record, "noupdate": True}
            for key, record in created.items()
        ]
    )
    return created


def _create_sources(env):
    return _create(
        env, "utm.source", "source", {row.key: {"name": row.name} for row in tables.sources()}
    )


def _create_products(env, products):
    categories = _create(
        env,
        "product.category",
        "category",
        {row.key: {"name": row.name} for row in tables.categories()},
    )
    values = {
        product.key: {
            "name": env._(PRODUCTS[product.key]),
            "type": "consu",
            "categ_id": categories[product.category].id,
            "list_price": product.list_price,
            "standard_price": product.standard_price,
            # Nothing is delivered in the demo: old orders would all wait for an invoice otherwise.
            "invoice_policy": "delivery",
            "taxes_id": False,
            "supplier_taxes_id": False,
        }
        for product in products
    }
    created = _create(env, "product.product", "product", values)
    name_products(created)
    return created


def _create_partners(env, companies):
    """Companies and their contacts by key."""
    users = _users(env)
    partners = _create(
        env,
        "res.partner",
        "partner",
        {row.key: _company_values(env, row, users[row.salesperson]) for row in companies},
    )
    contacts = {
        contact.key: _contact_values(contact, partners[row.key])
        for row in companies
        for contact in row.contacts
    }
    return {**partners, **_create(env, "res.partner", "partner", contacts)}


def _company_values(env, row, salesperson):
    tag = env.ref(TAGS[row.source], raise_if_not_found=False) if row.source in TAGS else None
    return {
        "name": row.name,
        "is_company": True,
        "country_id": env.ref(f"base.{'uk' if row.country == 'gb' else row.country}").id,
        "city": row.city,
        "email": f"info@{_domain(row.key)}",
        "user_id": salesperson.id,
        "category_id": tag.ids if tag else [],
        "customer_rank": 1,
    }


def _contact_values(contact, parent):
    company_key, number = contact.key.rsplit("_contact_", 1)
    return {
        "name": contact.name,
        "function": contact.function,
        "parent_id": parent.id,
        "email": f"buyer{number}@{_domain(company_key)}",
    }


def _domain(key):
    return f"{key.replace('_', '-')}.example.com"


class _OrderWriter:
    """Turns planned orders into records."""

    def __init__(self, env, company, partners, products, sources, users):
        self.env = env
        self.company = company
        self.partners = partners
        self.products = products
        self.sources = sources
        self.users = users

    def write_orders(self, companies, orders):
        rows = {row.key: row for row in companies}
        acquired = set()
        values = []
        for order in orders:
            source = self.sources[rows[order.company].source]
            first = order.company not in acquired
            acquired.add(order.company)
            values.append(
                self._order_values(order, rows[order.company], source if first else source.browse())
            )
        for start in range(0, len(values), BATCH):
            self.env["sale.order"].create(values[start : start + BATCH])
            # Records of one batch only stay in the cache.
            self.env.flush_all()
            self.env.invalidate_all()

    def _order_values(self, order, row, source):
        buyer = self.partners[order.buyer].id
        return {
            "company_id": self.company.id,
            "partner_id": buyer,
            "partner_invoice_id": self.partners[order.company].id,
            "partner_shipping_id": self.partners[order.company].id,
            "user_id": self.users[row.salesperson].id,
            "source_id": source.id,
            "state": order.state,
            "date_order": order.placed_at,
            "pricelist_id": False,
            "currency_id": self.company.currency_id.id,
            "order_line": [fields.Command.create(self._line_values(line)) for line in order.lines],
        }

    def _line_values(self, line):
        return {
            "product_id": self.products[line.product].id,
            "product_uom_qty": line.quantity,
            "price_unit": line.price,
            "discount": 0.0,
            "tax_ids": False,
            # Given, so that no distribution model is searched for each line.
            "analytic_distribution": False,
        }
