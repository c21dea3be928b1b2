{
    "name": "Customer Tiering: Manufacturing",
    "version": "19.0.1.0.0",
    "summary": "What is made for urgent orders is made first",
    "category": "Manufacturing/Manufacturing",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_stock", "mrp"],
    "auto_install": True,
}
