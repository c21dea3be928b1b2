{
    "name": "Customer Tiering: Reorders Beside the Shop",
    "version": "19.0.1.1.0",
    "summary": "Reminders fill the cart; accessories, alternatives, what was looked at",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_reorder", "website_sale"],
    "data": ["views/res_config_settings_views.xml"],
    "auto_install": True,
}
