from odoo.tools import SQL

# Checked row by row they took a third of a night's look at who is dedicated to whom.
COLUMNS = {
    "customer_tier_care": ("service_id",),
    "customer_tier_care_change": (
        "from_user_id",
        "to_user_id",
        "from_service_user_id",
        "to_service_user_id",
        "service_id",
    ),
}


def migrate(cr, version):
    """Rules and people that are gone leave rows of dedicated people without foreign keys."""
    if not version:
        return
    for table, names in COLUMNS.items():
        for name in names:
            cr.execute(
                SQL(
                    "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s",
                    SQL.identifier(table),
                    SQL.identifier(f"{table}_{name}_fkey"),
                )
            )
