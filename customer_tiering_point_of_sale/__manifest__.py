{
    "name": "Customer Tiering: Till",
    "version": "19.0.1.2.0",
    "summary": "Tier prices and the tier of the customer at the till",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "pos_sale"],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
    "data": ["views/pos_config_views.xml", "views/res_config_settings_views.xml"],
    "assets": {
        "point_of_sale._assets_pos": ["customer_tiering_point_of_sale/static/src/**/*"],
        "web.assets_tests": ["customer_tiering_point_of_sale/static/tests/tours/*"],
    },
}
