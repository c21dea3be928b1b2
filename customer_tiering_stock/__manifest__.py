{
    "name": "Customer Tiering: Inventory",
    "version": "19.0.1.1.0",
    "summary": "Goods sent back were not bought; orders of good customers are delivered first",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "sale_stock"],
    "data": [
        "security/ir.model.access.csv",
        "views/customer_tier_views.xml",
        "views/res_config_settings_views.xml",
        "views/sale_order_views.xml",
        "views/stock_move_views.xml",
        "views/stock_picking_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_tiering_stock/static/tests/tours/*"],
    },
    "auto_install": True,
}
