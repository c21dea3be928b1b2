"""What `./dev suite --beside` asks a database, run in Odoo's shell, where ``env`` is defined."""

import json
import re
import traceback
from contextlib import nullcontext

from werkzeug.test import Client

from odoo.fields import Command
from odoo.http import root
from odoo.tests import Form

OPENED = ["res.partner", "sale.order", "product.pricelist", "product.template", "res.users"]
OPENED += ["crm.lead", "crm.team", "stock.picking", "pos.order", "pos.config", "account.move"]
OPENED += ["res.partner.grade", "res.partner.stage", "tier.definition", "tier.review"]
OPENED += ["res.config.settings", "sale.report", "website"]
KINDS = ("list", "form", "search", "kanban", "pivot", "graph", "calendar", "activity")

facts, wrong = {}, []
env = env(user=env.ref("base.user_admin"))  # noqa: F821


def step(name, stored=False):
    """Run a function at once, in a savepoint; what it raises is wrong.

    :param stored: without the savepoint, for a function that commits
    """

    def run(function):
        try:
            with nullcontext() if stored else env.cr.savepoint():
                function()
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            wrong.append(
                f"{name}: {type(error).__name__}: {error} ({frame.filename}:{frame.lineno})"
            )
        return function

    return run


def ours():
    """The models of the addon that have screens."""
    models = env["ir.ui.view"].search([("model", "=like", "customer.%")]).mapped("model")
    return sorted({model for model in models if model in env and not env[model]._abstract})


def open_views(model):
    """Ask for every kind of view that the model has, as the web client does."""
    View = env["ir.ui.view"]
    found = View.search([("model", "=", model), ("mode", "=", "primary")])
    kinds = [kind for kind in KINDS if kind in found.mapped("type")]
    views = env[model].get_views([(False, kind) for kind in kinds], {"toolbar": True})
    for kind, view in views["views"].items():
        # Tags: blanks between them depend on the order in which the views were stored.
        facts[f"{model} {kind}"] = view["arch"].count("<")
    for view in found.filtered(lambda view: view.type in kinds):
        env[model].get_view(view.id, view.type)
    facts[f"{model} fields"] = len(views["models"][model]["fields"])


for name in [*OPENED, *ours()]:
    if name not in env:
        wrong.append(f"there is no model {name}")
    else:
        step(f"views of {name}")(lambda name=name: open_views(name))


def tiered_customer():
    """A company whose tier was set by hand, with a discount of ten percent."""
    env.ref("base.group_user")._apply_group(env.ref("product.group_product_pricelist"))
    with Form(env["res.partner"]) as form:
        form.name = "Beside"
        form.company_type = "company"
    partner = form.record
    tiers = [Command.create({"name": "Regular", "sequence": 10})]
    tiers.append(Command.create({"name": "Gold", "sequence": 20, "discount": 10}))
    program = env["customer.tier.program"].create({"name": "Beside", "tier_ids": tiers})
    gold = program.tier_ids.filtered(lambda tier: tier.name == "Gold")
    vals = {"partner_id": partner.id, "company_id": env.company.id, "manual_tier_id": gold.id}
    env["customer.tier.standing"].sudo().create(vals)
    env.invalidate_all()
    return partner, gold


def quotation(partner, **extra):
    """A quotation typed into the form, for one piece that costs a hundred."""
    product = env["product.product"].create(
        {"name": "Beside", "list_price": 100.0, "taxes_id": False, "type": "consu"}
    )
    with Form(env["sale.order"].with_context(**extra)) as form:
        form.partner_id = partner
        with form.order_line.new() as line:
            line.product_id = product
    return form.record


@step("a sale to a customer with a tier")
def sell():
    """Its prices are the tier's; it is delivered, invoiced and graded."""
    partner, gold = tiered_customer()
    order = quotation(partner)
    facts["pricelist"] = order.pricelist_id.name
    assert order.pricelist_id == gold.pricelist_id, order.pricelist_id.name
    facts["amount"] = order.amount_untaxed
    assert order.amount_untaxed == 90, order.amount_untaxed
    order.action_confirm()
    facts["state"] = order.state
    facts["deliveries"] = len(order.picking_ids)
    order.order_line.qty_delivered = 1
    invoice = order._create_invoices()
    invoice.invoice_date = "2026-01-15"
    invoice.action_post()
    facts["invoiced"] = invoice.amount_untaxed
    standing = env["customer.tier.standing"].search([("partner_id", "=", partner.id)])
    run = env["customer.tier.run"].create({"company_id": env.company.id})
    run.action_run()
    facts["graded"] = (
        run.state,
        standing.order_count,
        standing.amount,
        partner.customer_tier_id.name,
    )
    assert not run.error_ids, run.error_ids.mapped("display_name")
    found = env["res.partner"].search([("customer_tier_id", "=", gold.id)])
    assert found == partner, found


@step("a partner level beside a tier")
def level():
    """The list of a partner level is the customer's own: it goes before the tier's."""
    partner, gold = tiered_customer()
    special = env["product.pricelist"].create({"name": "Level"})
    grade = env["res.partner.grade"].create({"name": "Level", "default_pricelist_id": special.id})
    partner.grade_id = grade
    facts["list of a level"] = quotation(partner).pricelist_id.name
    assert partner.property_product_pricelist == special, partner.property_product_pricelist.name


@step("a price through an alternative pricelist")
def alternative():
    """A lower price of an alternative list also counts for the tier's list."""
    partner, gold = tiered_customer()
    rule = {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 25}
    lower = env["product.pricelist"].create({"name": "Lower", "item_ids": [Command.create(rule)]})
    gold.pricelist_id.alternative_pricelist_ids = lower
    gold.pricelist_id.item_ids.alternative_pricelist_policy = "use_lower_price"
    facts["alternative"] = quotation(partner).amount_untaxed
    assert facts["alternative"] == 75, facts["alternative"]


@step("a quotation out of a lead")
def lead():
    """The lead shows the tier of its customer."""
    partner, gold = tiered_customer()
    opportunity = env["crm.lead"].create({"name": "Beside", "partner_id": partner.id})
    facts["tier of a lead"] = opportunity.customer_tier_id.name
    assert opportunity.customer_tier_id == gold, opportunity.customer_tier_id.name


@step("a cart on the website")
def cart():
    """Somebody with a tier pays its prices in the shop too."""
    partner, gold = tiered_customer()
    order = env["sale.order"].create(
        {"partner_id": partner.id, "website_id": env["website"].search([], limit=1).id}
    )
    facts["list of a cart"] = order.pricelist_id.name
    assert order.pricelist_id == gold.pricelist_id, order.pricelist_id.name


@step("data of a point of sale")
def till():
    """The till knows the list of a customer with a tier."""
    partner, gold = tiered_customer()
    config = env["pos.config"].create({"name": "Beside"})
    config.open_ui()
    loaded = {row["id"]: row for row in config.current_session_id.load_data([])["res.partner"]}
    facts["fields of a customer at the till"] = sorted(loaded[partner.id])
    listed = loaded[partner.id]["property_product_pricelist"]
    assert listed == gold.pricelist_id.id, listed


@step("a visitor of the shop", stored=True)
def visitor():
    """A visitor pays what everybody pays, on every website: asked over HTTP, so what is asked about
    is stored first; the database is thrown away."""
    tiered_customer()
    product = env["product.template"].create(
        {"name": "Beside Cup", "list_price": 100, "taxes_id": False, "is_published": True}
    )
    company = {"company_id": env.company.id}
    second = env["website"].create({"name": "Second", **company})
    env.cr.commit()
    for website in env["website"].search([("company_id", "=", env.company.id)]):
        answer = Client(root).get(f"{product.website_url}?fw={website.id}", follow_redirects=True)
        page = answer.get_data(as_text=True)
        prices = re.findall(
            r'class="oe_price"[^>]*>[^<]*<span class="oe_currency_value">([^<]+)<', page
        )
        kind = "second" if website == second else "first"
        facts[f"price for a visitor of a {kind} website"] = prices[:1]
        assert prices[:1] == ["100.00"], (answer.status, prices, website.name)


print("BESIDE " + json.dumps({"facts": facts, "wrong": wrong}, default=str))
