{
    "name": "Customer Tiering: Events",
    "version": "19.0.1.0.0",
    "summary": "Events and tickets for tiers, invitations, thank-you events as benefits",
    "category": "Marketing/Events",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "event"],
    "data": [
        "security/ir.model.access.csv",
        "data/event_type_data.xml",
        "views/customer_tier_benefit_views.xml",
        "views/event_event_views.xml",
        "views/event_registration_views.xml",
    ],
    "auto_install": True,
}
