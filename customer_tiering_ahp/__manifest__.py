{
    "name": "Customer Tiering: Weights by Comparing Pairs",
    "version": "19.0.1.0.0",
    "summary": "Weights of a score from comparing each indicator with each",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_tiering_ahp_rules.xml",
        "wizards/customer_tier_ahp_views.xml",
        "views/customer_tier_program_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["customer_tiering_ahp/static/src/**/*"],
        "web.assets_tests": ["customer_tiering_ahp/static/tests/tours/*"],
    },
    "auto_install": True,
}
