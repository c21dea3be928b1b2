from odoo.addons.customer_tiering.new_addons import install

NEW = {
    "customer_tiering_early_access": (),
    "customer_tiering_early_access_reorder": ("customer_tiering_reorder",),
    "customer_tiering_early_access_website_sale": ("website_sale",),
    "customer_tiering_reorder_playbook": ("customer_tiering_reorder", "customer_tiering_playbook"),
    "customer_tiering_sale_order_priority": ("customer_tiering_stock", "sale_order_priority"),
}


def migrate(cr, version):
    install(cr, NEW)
