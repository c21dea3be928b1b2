{
    "name": "Customer Tiering: Kept Goods",
    "version": "19.0.1.0.0",
    "summary": "Goods sent back, or never delivered, are not what a customer bought",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "sale_stock"],
    "auto_install": True,
}
