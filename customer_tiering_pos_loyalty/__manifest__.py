{
    "name": "Customer Tiering: Coupons at the Till",
    "version": "19.0.1.1.0",
    "summary": "Coupons that are personal are their customer's at the till, too",
    "category": "Sales/Point of Sale",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_loyalty", "customer_tiering_point_of_sale", "pos_loyalty"],
    "auto_install": True,
    "assets": {
        "point_of_sale._assets_pos": ["customer_tiering_pos_loyalty/static/src/**/*"],
        "web.assets_tests": ["customer_tiering_pos_loyalty/static/tests/tours/*"],
    },
}
