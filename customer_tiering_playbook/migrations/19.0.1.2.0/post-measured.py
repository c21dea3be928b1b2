"""Playbooks and win-backs of before hold nobody back and are not measured, which the report says:
their customers were not drawn."""


def migrate(cr, version):
    cr.execute("UPDATE customer_stage_playbook SET control_share = 0")
    cr.execute("UPDATE res_company SET customer_win_back_control_share = 0")
    cr.execute(
        """
        UPDATE customer_stage_playbook_start b
           SET date = COALESCE(b.started_on, b.create_date::date),
               arm = 'treated', experiment = NULL, drawn_share = NULL
         WHERE b.date IS NULL
        """
    )
