from odoo.addons.customer_tiering.new_addons import install

NEW = {
    "customer_tiering_early_access_point_of_sale": (
        "customer_tiering_early_access",
        "point_of_sale",
    ),
    "customer_tiering_pos_loyalty": ("customer_tiering_loyalty", "pos_loyalty"),
}


def migrate(cr, version):
    install(cr, NEW)
