from odoo.addons.customer_tiering.new_addons import install

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
    install(cr, NEW)
