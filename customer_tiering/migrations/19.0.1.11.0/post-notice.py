"""A notice tells what is written below the list of a tier's benefits, as promotions do, where
nobody has changed it. The new number makes the next night grade everybody by what counts now."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    template = env.ref("customer_tiering.mail_template_notice", raise_if_not_found=False)
    if template and template.write_date == template.create_date:
        template.reset_template()
