"""Activities of playbooks are for salespeople of their company, as those of reminders are.

Notes of plans that began or ended are not told apart from others by now, and stay as they are.
"""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE mail_activity a SET customer_company_id = s.company_id
          FROM customer_stage_playbook_start s
          JOIN customer_stage_playbook_start_activity_rel r ON r.start_id = s.id
         WHERE r.activity_id = a.id AND a.customer_company_id IS NULL
        """
    )
