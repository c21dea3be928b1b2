{
    "name": "Customer Tiering: Early Access in the Shop",
    "version": "19.0.1.0.0",
    "summary": "Products that only some tiers may order yet, in the web shop",
    "category": "Website/Website",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_early_access", "website_sale"],
    "data": ["views/website_sale_templates.xml"],
    "auto_install": True,
}
