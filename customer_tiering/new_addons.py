"""Addons that are new in a version. What installs itself in new databases is installed by the
update, too, once: who does not want one of them uninstalls it afterwards."""

from odoo.tools import SQL


def install(cr, new):
    """Have the update that runs install what is new, where it can be had.

    :param new: dict name of an addon → names of what has to be installed for it, beside the core
    """
    for addon, needed in new.items():
        cr.execute(
            SQL(
                """
                UPDATE ir_module_module
                   SET state = 'to install'
                 WHERE name = %s AND state = 'uninstalled'
                   AND (SELECT COUNT(*) FROM ir_module_module
                         WHERE name = ANY(%s)
                           AND state IN ('installed', 'to upgrade', 'to install')) = %s
                """,
                addon,
                list(needed),
                len(needed),
            )
        )
