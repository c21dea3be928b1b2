{
    "name": "Customer Tiering: Credit in the List of the Day",
    "version": "19.0.1.0.0",
    "summary": "Credit questions among what salespeople have to do today",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_credit_control", "customer_tiering_reminder"],
    "data": [
        "views/customer_agenda_views.xml",
    ],
    "auto_install": True,
}
