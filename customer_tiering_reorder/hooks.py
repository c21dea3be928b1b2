from odoo.tools import SQL

# Of rules that were there before: what they did.
STEP = """
    INSERT INTO customer_reminder_rule_step
           (rule_id, sequence, channel, "to", offset_days, offset_share, only_if,
            create_uid, write_uid, create_date, write_date)
    SELECT r.id, 10, 'activity', 'salesperson', 0, 0, 'silent', 1, 1, now() AT TIME ZONE 'UTC',
           now() AT TIME ZONE 'UTC'
      FROM customer_reminder_rule r
     WHERE NOT EXISTS (SELECT FROM customer_reminder_rule_step s WHERE s.rule_id = r.id)
"""


def post_init_hook(env):
    """Rules that were there go on with one step, the to-do that they have always made."""
    env.flush_all()
    env.cr.execute(SQL(STEP))
    env.invalidate_all(flush=False)


def uninstall_hook(env):
    """Leave no to-dos behind that nothing would end, and nothing that keeps a text from being
    deleted."""
    steps = env["customer.reminder.step"].search([("activity_id.active", "=", True)])
    ours = env["customer.reminder"].search([("activity_id", "in", steps.activity_id.ids)])
    (steps.activity_id - ours.activity_id).unlink()
    env.cr.execute(SQL("DELETE FROM customer_reminder_rule_step"))
    env.invalidate_all(flush=False)
