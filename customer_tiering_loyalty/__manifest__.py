{
    "name": "Customer Tiering: Loyalty Programmes and Gift Cards",
    "version": "19.0.1.0.0",
    "summary": "Rewards and gift cards are no goods; who pays with a gift card is a buyer",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "sale_loyalty"],
    "auto_install": True,
}
