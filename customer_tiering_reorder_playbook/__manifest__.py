{
    "name": "Customer Tiering: Effect of Playbooks",
    "version": "19.0.1.0.0",
    "summary": "What playbooks and win-backs cause, in the report of what reminders cause",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_reorder", "customer_tiering_playbook"],
    "data": ["views/customer_stage_playbook_views.xml"],
    "auto_install": True,
}
