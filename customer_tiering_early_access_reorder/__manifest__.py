{
    "name": "Customer Tiering: Early Access, Suggestions",
    "version": "19.0.1.0.0",
    "summary": "What a customer has to wait for is not suggested to it",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_early_access", "customer_tiering_reorder"],
    "auto_install": True,
}
