"""Reminders with the list of the day, comparing pairs, and credit in that list become addons of
their own; ``seams.py`` says how."""

from dataclasses import replace

from odoo.addons.customer_tiering.seams import Seam, move, refresh

CONTACT = """
    customer_contact_daily_limit customer_contact_from customer_contact_month_cap
    customer_contact_until customer_contact_wait_calls customer_contact_wait_overdue
    customer_contact_week_cap
"""
# Its version goes on from that of the core addon: older scripts about reminders are its own now.
REMINDER = Seam(
    addon="customer_tiering_reminder",
    models=(
        "customer.agenda",
        "customer.agenda.done",
        "customer.contact.freeze",
        "customer.contact.policy",
        "customer.holiday.fill",
        "customer.order.awaited",
        "customer.reminder",
        "customer.reminder.rule",
        "customer.week",
    ),
    fields={
        "res.company": CONTACT,
        "res.config.settings": CONTACT,
        "res.users": "customer_week_mail customer_week_mailed",
        "resource.calendar": "customer_country_id id display_name",
    },
    records="""
        model_resource_calendar mail_activity_type_reorder reminder_rule_overdue
        ir_cron_week ir_cron_week_ir_actions_server mail_template_week
        res_users_view_form_preferences resource_calendar_view_form
    """,
    constraints="res_company_customer_contact_daily_limit_not_negative",
)
PAIRS = Seam(addon="customer_tiering_ahp", models=("customer.tier.ahp", "customer.tier.ahp.pair"))
CREDIT_TODAY = Seam(
    addon="customer_tiering_credit_control_reminder",
    models=("customer.agenda",),
    source="customer_tiering_credit_control",
)


def migrate(cr, version):
    if not version:
        return
    move(cr, replace(REMINDER, version=version))
    move(cr, PAIRS)
    move(cr, CREDIT_TODAY)
    bring_glue(cr)
    refresh(cr)


def bring_glue(cr):
    """Where credit control came without rows in the list of the day, as it did at first, the glue
    is installed as in new databases."""
    cr.execute(
        """
        UPDATE ir_module_module
           SET state = 'to install'
         WHERE name = %(glue)s AND state = 'uninstalled'
           AND (SELECT COUNT(*) FROM ir_module_module
                 WHERE name = ANY(%(beside)s) AND state IN ('installed', 'to upgrade')) = 2
        """,
        {"glue": CREDIT_TODAY.addon, "beside": [CREDIT_TODAY.source, REMINDER.addon]},
    )
