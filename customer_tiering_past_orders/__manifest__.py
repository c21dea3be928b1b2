{
    "name": "Customer Tiering: Past Orders",
    "version": "19.0.1.0.0",
    "summary": "What customers bought before Odoo comes in from a file, and counts",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "base_import"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_tiering_past_orders_rules.xml",
        "views/customer_past_order_views.xml",
        "views/customer_tier_opening_views.xml",
        "views/customer_tier_standing_views.xml",
        "views/customer_tiering_past_orders_menus.xml",
    ],
    "auto_install": ["customer_tiering"],
}
