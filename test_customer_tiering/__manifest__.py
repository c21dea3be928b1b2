{
    "name": "Customer Tiering: Tests with Other Apps",
    "version": "19.0.1.0.0",
    "summary": "Only tests: ready-made metrics beside the apps that they read",
    "category": "Hidden/Tests",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": [
        "customer_tiering",
        "customer_tiering_credit_control",
        "customer_tiering_reorder_loyalty",
        "base_automation",
        "crm",
        "crm_claim",
        "sale_loyalty",
        "website_sale",
    ],
}
