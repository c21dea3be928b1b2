from odoo.addons.customer_tiering.hooks import give_up_activity_types
from odoo.tools import SQL

ACTIVITY_TYPE = "customer_tiering_reminder.mail_activity_type_reorder"


def uninstall_hook(env):
    """Leave no to-dos behind that nothing would end, and nothing that cannot be deleted."""
    give_up_activity_types(env, ACTIVITY_TYPE)
    # Rules that somebody made refer to the type of activity.
    env.cr.execute(SQL("DELETE FROM customer_reminder_rule"))
    env.invalidate_all(flush=False)
