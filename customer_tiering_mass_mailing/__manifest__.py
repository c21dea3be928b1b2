{
    "name": "Customer Tiering: Marketing E-Mails",
    "version": "19.0.1.2.0",
    "summary": "Mailings to tiers and stages, one per customer, by people without rights on sales",
    "category": "Marketing/Email Marketing",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "mass_mailing"],
    "data": [
        "security/ir.model.access.csv",
        "security/mailing_filter_rules.xml",
        "data/mailing_filter_data.xml",
        "views/customer_tier_views.xml",
        "views/mailing_filter_views.xml",
        "views/mailing_mailing_views.xml",
        "views/res_partner_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_tiering_mass_mailing/static/tests/tours/*"],
    },
    "auto_install": True,
    "post_init_hook": "post_init_hook",
}
