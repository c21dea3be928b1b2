"""Discounts of tiers are benefits that customers read, and e-mails show all of them.

Documents for customers say nothing new by themselves: on quotations the discount is told once
somebody switches it on. What was written as the benefits of a tier stays, below the list.
"""

from odoo import SUPERUSER_ID, api

TEMPLATES = ("mail_template_promotion", "mail_template_notice")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    add_discounts(env)
    renew_templates(env)


def add_discounts(env):
    """A benefit for the discounts of each programme that has some, and no benefits yet."""
    programs = env["customer.tier.program"].with_context(active_test=False).search([])
    for program in programs.filtered(lambda found: not found.benefit_ids):
        if any(program.tier_ids.mapped("discount")):
            usual = env["customer.tier.benefit"]._add_usual(program)
            kept = usual.filtered(lambda benefit: benefit.kind == "discount")
            (usual - kept).unlink()
            kept.on_quotation = False


def renew_templates(env):
    """E-mails that nobody has changed say what they say in new databases."""
    for name in TEMPLATES:
        template = env.ref(f"customer_tiering.{name}", raise_if_not_found=False)
        if template and template.write_date == template.create_date:
            template.reset_template()
