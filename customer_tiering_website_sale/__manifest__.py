{
    "name": "Customer Tiering: Shop",
    "version": "19.0.1.0.0",
    "summary": "Tier prices in the web shop, for the customers of the tier alone",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "website_sale"],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
    "data": ["security/product_pricelist_rules.xml"],
}
