{
    "name": "Customer Tiering: Early Access at the Till",
    "version": "19.0.1.0.0",
    "summary": "The till says which products a customer cannot have yet",
    "category": "Sales/Point of Sale",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_early_access", "point_of_sale"],
    "auto_install": True,
    "assets": {
        "point_of_sale._assets_pos": [
            "customer_tiering_early_access_point_of_sale/static/src/**/*",
        ],
        "web.assets_tests": [
            "customer_tiering_early_access_point_of_sale/static/tests/tours/*",
        ],
    },
}
