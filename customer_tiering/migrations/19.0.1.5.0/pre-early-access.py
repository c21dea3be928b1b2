"""Early access installs itself in new databases, and is installed by the update, too, once: who
does not want it uninstalls it afterwards."""

# The new addon, and what has to be there for it.
NEW = {
    "customer_tiering_early_access": (),
    "customer_tiering_early_access_reorder": ("customer_tiering_reorder",),
    "customer_tiering_early_access_website_sale": ("website_sale",),
}


def migrate(cr, version):
    for addon, needed in NEW.items():
        cr.execute(
            """
            UPDATE ir_module_module
               SET state = 'to install'
             WHERE name = %s AND state = 'uninstalled'
               AND (SELECT COUNT(*) FROM ir_module_module
                     WHERE name = ANY(%s) AND state IN ('installed', 'to upgrade')) = %s
            """,
            [addon, list(needed), len(needed)],
        )
