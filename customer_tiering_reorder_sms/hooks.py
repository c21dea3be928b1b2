from odoo.tools import SQL


def uninstall_hook(env):
    """What was still to be sent by SMS is tried by e-mail; what was sent stays in the history as
    handed over."""
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            UPDATE customer_reminder_step
               SET channel = CASE WHEN state = 'planned' THEN 'email' ELSE 'action' END,
                   skip_reason = NULLIF(NULLIF(skip_reason, 'no_number'), 'landline')
             WHERE channel = 'sms'
            """
        )
    )
    env.cr.execute(
        SQL(
            "UPDATE customer_reminder_rule_step SET channel = 'email', sms_template_id = NULL "
            "WHERE channel = 'sms'"
        )
    )
    env.invalidate_all(flush=False)
