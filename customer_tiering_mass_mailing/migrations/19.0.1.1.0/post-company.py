"""Mailings of before belong to the company of who is responsible for them, not to the one in which
the update runs."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE mailing_mailing m
           SET customer_company_id = u.company_id
          FROM res_users u
         WHERE u.id = COALESCE(m.user_id, m.create_uid)
        """
    )
