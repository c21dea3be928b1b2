{
    "name": "Customer Tiering: Reorders",
    "version": "19.0.1.0.0",
    "summary": "Reminders that bring the order in: what to buy, one click, the right channel",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_tiering_reorder_rules.xml",
        "data/ir_cron_data.xml",
        "views/customer_tiering_reorder_menus.xml",
    ],
    "auto_install": True,
}
