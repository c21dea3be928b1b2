"""Reminders are for salespeople of their company: who reads what is written there changes, not what
is written."""

TOLD = """
    UPDATE mail_activity a SET customer_company_id = r.company_id
      FROM customer_reminder r
     WHERE r.activity_id = a.id AND a.customer_company_id IS NULL
"""


def migrate(cr, version):
    cr.execute(TOLD)
