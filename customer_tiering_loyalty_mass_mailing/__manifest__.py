{
    "name": "Customer Tiering: Mailings of Member Days",
    "version": "19.0.1.0.0",
    "summary": "Before each member day a mailing to its customers is prepared",
    "category": "Marketing/Email Marketing",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_loyalty", "customer_tiering_mass_mailing"],
    "data": ["views/customer_tier_day_views.xml"],
    "auto_install": True,
}
