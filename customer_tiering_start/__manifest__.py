{
    "name": "Customer Tiering: Getting Started",
    "version": "19.0.1.0.0",
    "summary": "The first hour on one page: steps that tick themselves",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_reminder", "onboarding"],
    "data": [
        "security/ir.model.access.csv",
        "data/onboarding_onboarding_step_data.xml",
        "views/onboarding_onboarding_step_views.xml",
        "views/customer_tier_program_views.xml",
        "views/customer_tier_start_views.xml",
        "views/res_config_settings_views.xml",
        "views/res_partner_views.xml",
        "views/customer_tiering_start_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["customer_tiering_start/static/src/**/*"],
    },
    "auto_install": ["customer_tiering_reminder"],
}
