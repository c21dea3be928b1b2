{
    "name": "Customer Tiering: Loyalty Programmes and Gift Cards",
    "version": "19.0.1.2.0",
    "summary": "Promotions for tiers, member days and gifts; rewards are no goods, gift cards pay",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "sale_loyalty"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_tier_day_rules.xml",
        "data/ir_cron_data.xml",
        "views/customer_tier_benefit_views.xml",
        "views/customer_tier_day_views.xml",
        "views/loyalty_program_views.xml",
    ],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
