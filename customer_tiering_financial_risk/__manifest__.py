{
    "name": "Customer Tiering: Financial Risk",
    "version": "19.0.1.0.0",
    "summary": "The total of OCA's Account Financial Risk on the credit page of a contact",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_credit_control", "account_financial_risk"],
    "data": ["views/res_partner_views.xml"],
    "auto_install": True,
}
