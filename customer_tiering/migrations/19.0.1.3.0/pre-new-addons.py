"""What installs itself beside this addon in new databases is installed by the update, too, once:
who does not want one of them uninstalls it afterwards."""

# The new addon, and the apps without which it is not to be had.
NEW = {
    "customer_tiering_past_orders": (),
    "customer_tiering_portal": (),
    "customer_tiering_reorder": (),
    "customer_tiering_scenario": (),
    "customer_tiering_mass_mailing": ("mass_mailing",),
    "customer_tiering_reorder_website_sale": ("website_sale",),
}


def migrate(cr, version):
    for addon, apps in NEW.items():
        cr.execute(
            """
            UPDATE ir_module_module
               SET state = 'to install'
             WHERE name = %s AND state = 'uninstalled'
               AND (SELECT COUNT(*) FROM ir_module_module
                     WHERE name = ANY(%s) AND state IN ('installed', 'to upgrade')) = %s
            """,
            [addon, list(apps), len(apps)],
        )
