from odoo.tools import SQL

ACTIVITY_TYPE = "customer_tiering_credit_control.mail_activity_type_credit_approval"


def uninstall_hook(env):
    """Delete what would keep records of other addons from being deleted.

    Credit limits and payment terms of customers stay as they are, as do all orders and grades.
    """
    if activity_type := env.ref(ACTIVITY_TYPE, raise_if_not_found=False):
        activities = env["mail.activity"].with_context(active_test=False)
        activities.search([("activity_type_id", "=", activity_type.id)]).unlink()
    # Its rows refer to tiers, which are deleted where the core addon is uninstalled as well.
    env.cr.execute(SQL("DELETE FROM customer_credit_change"))
    env.invalidate_all(flush=False)
