"""Typed discounts go on top of the list that customers would have without their tier, tiers' lists
are for them alone, and carts that were begun at the prices of others are put right."""

import logging

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    reserve_lists(env)
    refresh_lists(env)
    put_carts_right(env)


def reserve_lists(env):
    """Lists made from a discount are nobody's default, and on no website."""
    env.flush_all()
    env.cr.execute(
        SQL("UPDATE product_pricelist SET customer_tier_only = TRUE WHERE customer_tier_id > 0")
    )
    if "website_id" in env["product.pricelist"]._fields:
        env.cr.execute(
            SQL("UPDATE product_pricelist SET website_id = NULL WHERE customer_tier_id > 0")
        )
    env.invalidate_all()


def refresh_lists(env):
    """One list on top of each that customers could have; one tier's error stops no other."""
    tiers = env["customer.tier"].with_context(active_test=False)
    for tier in tiers.search(["|", ("pricelist_id", "!=", False), ("discount", ">", 0)]):
        try:
            with env.cr.savepoint():
                tier._update_discount_pricelist()
        except UserError as error:
            _logger.warning("The pricelists of tier %s stay as they were: %s", tier.name, error)


def put_carts_right(env):
    """The list of a cart was passed on by the shop, not chosen by hand."""
    if "website_id" not in env["sale.order"]._fields:
        return
    carts = env["sale.order"].search([("state", "=", "draft"), ("website_id", "!=", False)])
    carts.pricelist_chosen_for_id = False
    for cart in carts:
        cart._customer_tier_follow_list(cart._customer_pricelist())
