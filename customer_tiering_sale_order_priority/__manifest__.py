{
    "name": "Customer Tiering: Sale Order Priority",
    "version": "19.0.1.0.0",
    "summary": "The priority of OCA's Sale Order Priority follows the customer's tier",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_stock", "sale_order_priority"],
    "data": ["views/sale_order_views.xml"],
    "auto_install": True,
}
