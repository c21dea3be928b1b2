{
    "name": "Customer Tiering: Delivery",
    "version": "19.0.1.0.0",
    "summary": "Orders of nothing but delivery do not count as orders",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "delivery"],
    "auto_install": True,
}
