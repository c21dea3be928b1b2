"""How reminder rules are now: by the day from which an order is late, not the expected one.

Rules that people changed stay by the expected day, which they were made for; the one that came with
the addon, where nobody has changed it, goes by the late day and minds everybody who has bought.
"""

from odoo.tools import SQL

# Values that the addon shipped, of columns that decide whom the rule finds and when.
SHIPPED = {
    "lead_days": 0,
    "max_late_days": 60,
    "min_order_count": 2,
    "gap_days": 30,
    "daily_limit": 20,
}


def migrate(cr, version):
    cr.execute("ALTER TABLE customer_reminder_rule ADD COLUMN IF NOT EXISTS reminds_at varchar")
    cr.execute("UPDATE customer_reminder_rule SET reminds_at = 'expected' WHERE reminds_at IS NULL")
    same = SQL(" AND ").join(
        SQL("r.%s = %s", SQL.identifier(name), value) for name, value in SHIPPED.items()
    )
    cr.execute(
        SQL(
            """
            UPDATE customer_reminder_rule r
               SET reminds_at = 'late', min_order_count = 0
              FROM ir_model_data d
             WHERE d.module = 'customer_tiering_reminder' AND d.name = 'reminder_rule_overdue'
               AND d.model = 'customer.reminder.rule' AND d.res_id = r.id
               AND r.reminds_at = 'expected' AND r.company_id IS NULL AND %s
               AND NOT EXISTS (
                   SELECT FROM customer_reminder_rule_customer_tier_rel t
                    WHERE t.customer_reminder_rule_id = r.id)
            """,
            same,
        )
    )
