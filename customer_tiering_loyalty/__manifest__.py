{
    "name": "Customer Tiering: Loyalty Programmes and Gift Cards",
    "version": "19.0.1.1.0",
    "summary": "Promotions for tiers, personal coupons; rewards are no goods, gift cards pay",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "sale_loyalty"],
    "data": ["views/loyalty_program_views.xml"],
    "auto_install": True,
}
