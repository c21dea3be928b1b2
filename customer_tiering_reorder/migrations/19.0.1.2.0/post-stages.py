from odoo.tools import SQL


def migrate(cr, version):
    """A stage now leaves customers of others out whatever a rule reminds of. One that was chosen
    before, and did nothing since the rule reminds of something else, must not begin to."""
    if version:
        cr.execute(
            SQL(
                "UPDATE customer_reminder_rule SET trigger_stage = NULL "
                "WHERE trigger_stage IS NOT NULL AND trigger <> 'stage'"
            )
        )
