{
    "name": "Customer Tiering: Margins on Orders",
    "version": "19.0.1.0.0",
    "summary": "Margins of customers from the costs kept on order lines",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "sale_margin"],
    "auto_install": True,
}
