{
    "name": "Customer Tiering: Offers with Reminders",
    "version": "19.0.1.0.0",
    "summary": "Coupons, points and promotions for who is late, within a budget, and measured",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_reorder", "customer_tiering_loyalty"],
    "data": [
        "views/customer_reminder_rule_views.xml",
        "views/customer_reminder_views.xml",
        "views/customer_reminder_step_views.xml",
        "views/customer_reminder_effect_views.xml",
        "views/reorder_page_templates.xml",
    ],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
