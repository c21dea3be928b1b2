{
    "name": "Customer Tiering: Credit Control at the Till",
    "version": "19.0.1.0.0",
    "summary": "Credit limits for what customers put on their account in Point of Sale",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_credit_control", "pos_sale"],
    "auto_install": True,
    "assets": {
        "point_of_sale._assets_pos": ["customer_tiering_credit_control_pos_sale/static/src/**/*"],
        "web.assets_tests": ["customer_tiering_credit_control_pos_sale/static/tests/tours/*"],
    },
}
