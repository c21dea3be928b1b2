"""What installs itself beside this addon in new databases is installed by the update, too, once:
who does not want it uninstalls it afterwards."""

NEW, BESIDE = "customer_tiering_reorder_playbook", "customer_tiering_playbook"


def migrate(cr, version):
    cr.execute(
        """
        UPDATE ir_module_module
           SET state = 'to install'
         WHERE name = %s AND state = 'uninstalled'
           AND EXISTS (SELECT FROM ir_module_module
                        WHERE name = %s AND state IN ('installed', 'to upgrade'))
        """,
        [NEW, BESIDE],
    )
