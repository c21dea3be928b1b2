from odoo.tools import SQL


def uninstall_hook(env):
    """Orders keep the people and the payment terms that they were made with. What else refers to
    rules goes before them, from the leaves to the root."""
    for table in ("customer_tier_care_change", "customer_tier_care", "customer_tier_service"):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    env.invalidate_all(flush=False)
