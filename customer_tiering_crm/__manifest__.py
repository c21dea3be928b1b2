{
    "name": "Customer Tiering: CRM",
    "version": "19.0.1.0.0",
    "summary": "Tiers of customers on leads, and entry grades from where leads came from",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "crm"],
    "data": ["data/crm_tag_data.xml", "views/crm_tag_views.xml", "views/crm_lead_views.xml"],
    "auto_install": True,
}
