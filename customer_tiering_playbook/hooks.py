from odoo.addons.customer_tiering.hooks import give_up_activity_types
from odoo.tools import SQL

ACTIVITY_TYPE = "customer_tiering_playbook.mail_activity_type_win_back"


def uninstall_hook(env):
    """Leave nothing behind that would act without the addon, and nothing that cannot be deleted."""
    give_up_activity_types(env, ACTIVITY_TYPE)
    # Win-backs refer to reasons, starts to playbooks and these to plans: from the leaves to the
    # root.
    for table in (
        "customer_win_back",
        "customer_stage_playbook_start",
        "customer_stage_playbook",
    ):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    env.invalidate_all(flush=False)
