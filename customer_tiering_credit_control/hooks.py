from odoo.addons.customer_tiering.hooks import give_up_activity_types
from odoo.tools import SQL

ACTIVITY_TYPE = "customer_tiering_credit_control.mail_activity_type_credit_approval"


def uninstall_hook(env):
    """Delete what would keep records of other addons from being deleted.

    Credit limits and payment terms of customers stay as they are, as do all orders and grades.
    """
    give_up_activity_types(env, ACTIVITY_TYPE)
    # Its rows refer to tiers, which are deleted where the core addon is uninstalled as well.
    env.cr.execute(SQL("DELETE FROM customer_credit_change"))
    env.invalidate_all(flush=False)
