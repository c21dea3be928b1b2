"""Notes, activities and mails about gradings are for salespeople of their company.

What is written there stays as it is: it is somebody's record of what was said. Only who reads it
changes.
"""

TOLD = (
    """
    UPDATE mail_message m SET customer_company_id = e.company_id
      FROM customer_tier_event e
     WHERE e.note_id = m.id AND m.customer_company_id IS NULL
    """,
    # Of events that are gone, where the contact is graded in one company.
    """
    UPDATE mail_message m SET customer_company_id = s.company_id
      FROM (SELECT partner_id, MIN(company_id) AS company_id
              FROM customer_tier_standing
             GROUP BY partner_id HAVING COUNT(*) = 1) s,
           ir_model_data d
     WHERE d.module = 'customer_tiering' AND d.name = 'mt_tier_change'
       AND m.subtype_id = d.res_id AND m.model = 'res.partner' AND m.res_id = s.partner_id
       AND m.customer_company_id IS NULL
    """,
    """
    UPDATE mail_activity a SET customer_company_id = e.company_id
      FROM customer_tier_event e
     WHERE e.activity_id = a.id AND a.customer_company_id IS NULL
    """,
)


def migrate(cr, version):
    for query in TOLD:
        cr.execute(query)
