from odoo.addons.customer_tiering.new_addons import install

NEW = {
    "customer_tiering_loyalty": ("sale_loyalty",),
    "customer_tiering_stock": ("sale_stock",),
}


def migrate(cr, version):
    install(cr, NEW)
