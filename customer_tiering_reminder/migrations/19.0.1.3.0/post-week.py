"""The weekly e-mail begins with the next week, not on the day after the update."""


def migrate(cr, version):
    cr.execute("UPDATE res_users SET customer_week_mailed = CURRENT_DATE")
