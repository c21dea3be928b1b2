{
    "name": "Customer Tiering: Dashboards",
    "version": "19.0.1.1.0",
    "summary": "Customers today, over time, their money and reminders in the Dashboards app",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering_overview", "spreadsheet_dashboard"],
    "data": ["data/spreadsheet_dashboard_data.xml"],
    "assets": {
        "spreadsheet.o_spreadsheet": ["customer_tiering_dashboard/static/src/**/*"],
        "web.assets_tests": ["customer_tiering_dashboard/static/tests/tours/*"],
    },
    "auto_install": True,
}
