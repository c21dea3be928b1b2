from odoo.tools import SQL

ACTIVITY_TYPE = "customer_tiering_playbook.mail_activity_type_win_back"


def uninstall_hook(env):
    """Leave nothing behind that would act without the addon, and nothing that cannot be deleted."""
    activity_type = env.ref(ACTIVITY_TYPE, raise_if_not_found=False)
    if activity_type:
        activities = env["mail.activity"].with_context(active_test=False)
        activities.search([("activity_type_id", "=", activity_type.id)]).unlink()
    # Win-backs refer to reasons, starts to playbooks and these to plans: from the leaves to the
    # root.
    for table in (
        "customer_win_back",
        "customer_stage_playbook_start",
        "customer_stage_playbook",
    ):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    env.invalidate_all(flush=False)
