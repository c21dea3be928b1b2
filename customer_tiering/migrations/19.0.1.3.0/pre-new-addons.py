from odoo.addons.customer_tiering.new_addons import install

NEW = {
    "customer_tiering_past_orders": (),
    "customer_tiering_portal": (),
    "customer_tiering_reorder": (),
    "customer_tiering_scenario": (),
    "customer_tiering_mass_mailing": ("mass_mailing",),
    "customer_tiering_reorder_website_sale": ("website_sale",),
}


def migrate(cr, version):
    install(cr, NEW)
