{
    "name": "Customer Tiering: Job Queue",
    "version": "19.0.1.0.0",
    "summary": "Nightly gradings as jobs, on any number of workers",
    "category": "Sales/Sales",
    "author": "Customer Tiering contributors",
    "license": "LGPL-3",
    "depends": ["customer_tiering", "queue_job"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_tiering_queue_job_rules.xml",
        "data/queue_job_function_data.xml",
    ],
    "auto_install": True,
}
