{
    "name": "Customer Tiering: Early Access",
    "version": "19.0.1.0.0",
    "summary": "New products that customers of some tiers may order before everybody else",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_tiering_early_access_rules.xml",
        "views/customer_tier_early_views.xml",
        "views/customer_tier_benefit_views.xml",
        "views/product_template_views.xml",
        "views/sale_order_views.xml",
    ],
    "auto_install": True,
}
