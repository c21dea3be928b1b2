"""Filters that are ready say what they are for, and tiers have some of their own."""

from odoo import SUPERUSER_ID, api

READY = ("new", "overdue", "dormant", "lost", "near", "losing", "year")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for audience in READY:
        # Who deleted one does not get it back.
        ready = env.ref(
            f"customer_tiering_mass_mailing.mailing_filter_{audience}", raise_if_not_found=False
        )
        if ready:
            ready.customer_audience = audience
    env["customer.tier"].search([])._customer_follow_filters()
