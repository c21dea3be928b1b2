{
    "name": "Customer Tiering: Reorders Beside the Shop",
    "version": "19.0.1.0.0",
    "summary": "Suggests the shop's accessories, and alternatives to what is no longer sold",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_reorder", "website_sale"],
    "auto_install": True,
}
