{
    "name": "Customer Tiering: Reorders and E-Mail Marketing",
    "version": "19.0.1.0.0",
    "summary": "What became of reminders by e-mail: opened, answered, bounced, unsubscribed",
    "category": "Marketing/Email Marketing",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_reorder", "mass_mailing"],
    "data": [
        "data/mailing_list_data.xml",
        "views/customer_reminder_step_views.xml",
        "views/mailing_list_views.xml",
    ],
    "auto_install": True,
}
