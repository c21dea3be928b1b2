{
    "name": "Customer Tiering: Credit Control at the Till",
    "version": "19.0.1.0.0",
    "summary": "What was paid for an order in Point of Sale is not owed",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_credit_control", "pos_sale"],
    "auto_install": True,
}
