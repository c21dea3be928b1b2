{
    "name": "Customer Tiering: Mailings of Events",
    "version": "19.0.1.0.0",
    "summary": "Invitations of events by mailing go to the invited tiers",
    "category": "Marketing/Events",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": [
        "customer_tiering_event",
        "customer_tiering_mass_mailing",
        "mass_mailing_event",
    ],
    "auto_install": True,
}
