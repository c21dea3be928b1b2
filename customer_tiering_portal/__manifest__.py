{
    "name": "Customer Tiering: Customer's Own Page",
    "version": "19.0.1.0.0",
    "summary": "Customers see their tier, what it brings and what leads to the next one",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering"],
    "data": [
        "views/customer_tier_metric_views.xml",
        "views/customer_tier_program_views.xml",
        "views/portal_templates.xml",
    ],
    "demo": ["demo/demo.xml"],
    "assets": {
        "web.assets_frontend": ["customer_tiering_portal/static/src/scss/*.scss"],
        "web.assets_tests": ["customer_tiering_portal/static/tests/tours/*"],
    },
    "auto_install": True,
    "post_init_hook": "post_init_hook",
}
