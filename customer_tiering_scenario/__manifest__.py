{
    "name": "Customer Tiering: Scenarios",
    "version": "19.0.1.0.0",
    "summary": "Try other rules before they count: who would move, what it costs, over a year",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_tiering_scenario_rules.xml",
        "data/ir_cron_data.xml",
        "views/customer_tier_scenario_templates.xml",
        "views/customer_tier_scenario_views.xml",
        "views/customer_tier_advice_views.xml",
        "views/customer_tier_program_views.xml",
        "views/customer_tier_run_views.xml",
        "views/customer_tiering_scenario_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["customer_tiering_scenario/static/src/**/*"],
    },
    "auto_install": True,
}
