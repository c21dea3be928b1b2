"""What installs itself beside this addon in new databases is installed by the update, too, once:
who does not want one of them uninstalls it afterwards."""

# The new addon, and the apps without which it is not to be had.
NEW = {
    "customer_tiering_dashboard": ("spreadsheet_dashboard",),
    "customer_tiering_service": (),
    "customer_tiering_event": ("event",),
    "customer_tiering_event_mass_mailing": ("event", "mass_mailing", "mass_mailing_event"),
    "customer_tiering_overview": (),
    "customer_tiering_mrp": ("mrp", "sale_stock"),
    "customer_tiering_loyalty_mass_mailing": ("sale_loyalty", "mass_mailing"),
    "customer_tiering_reorder_loyalty": ("loyalty", "sale_loyalty"),
    "customer_tiering_reorder_mass_mailing": ("mass_mailing",),
    "customer_tiering_reorder_sms": ("sms",),
    "customer_tiering_start": ("onboarding",),
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
