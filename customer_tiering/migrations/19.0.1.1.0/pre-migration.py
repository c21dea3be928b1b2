"""Credit control and playbooks become addons of their own.

How that is done is in ``seams.py``. The second part of the file is about views that were folded
into the view which they extended.
"""

from odoo.addons.customer_tiering.seams import CORE, Seam, hand_over, move, names_of, refresh

CREDIT = Seam(
    addon="customer_tiering_credit_control",
    models=(
        "customer.credit.apply",
        "customer.credit.approval",
        "customer.credit.change",
        "customer.credit.rule",
    ),
    fields={
        "customer.tier.program": "credit_rule_ids",
        "customer.tier.standing": """
            credit_differs credit_direction credit_limit credit_limit_text credit_rule_id
            payment_term_id proposed_credit_limit proposed_credit_limit_text
            proposed_payment_term_id
        """,
        "res.company": """
            customer_credit_approver_id customer_credit_check customer_credit_order_days
        """,
        "res.config.settings": """
            customer_credit_approver_id customer_credit_check customer_credit_order_days
        """,
        "res.partner": """
            customer_credit_approval_ids customer_credit_change_ids customer_credit_checked
            customer_credit_differs customer_credit_extra customer_credit_left
            customer_credit_limit_text customer_credit_limited customer_credit_used
            customer_has_credit_page customer_present_term_id customer_proposed_limit_text
            customer_proposed_term_id
        """,
        "sale.order": """
            customer_credit_asks customer_credit_currency_id customer_credit_over
            customer_credit_warning customer_overdue_amount
        """,
    },
    records="""
        group_credit res_groups_privilege_credit mail_activity_type_credit_approval
        customer_tier_program_view_form_credit
        customer_tier_standing_view_(form|list|search)_limit
        res_config_settings_view_form_limit
        res_partner_view_form_credit res_partner_view_form_credit_page
        sale_order_view_form_credit
    """,
)
PLAYBOOK = Seam(
    addon="customer_tiering_playbook",
    models=(
        "customer.loss.reason",
        "customer.stage.playbook",
        "customer.stage.playbook.start",
        "customer.win.back",
        "customer.win.back.ask",
    ),
    fields={
        "customer.tier.standing": "playbook_start_ids",
        "customer.tier.tell": "playbook_count playbook_forecast start_playbooks",
        "mail.activity.plan": "id display_name name",
        "mail.activity.plan.template": "id display_name note responsible_type summary",
        "res.partner": """
            customer_is_lapsed customer_playbook_start_ids customer_win_back_ids
        """,
    },
    records="""
        loss_reason_.* plan_.* playbook_.* ir_cron_playbook ir_cron_playbook_ir_actions_server
        mail_activity_type_win_back
        model_mail_activity_plan model_mail_activity_plan_template
        (access_)?mail_activity_plan(_template)?(_rule)?_tiering_manager
        customer_tier_tell_view_form_playbook tell_playbook_forecast
        res_partner_view_form_playbook res_partner_view_form_tier_playbook
    """,
)
FINANCIAL_RISK = Seam(
    addon="customer_tiering_financial_risk",
    fields={"res.partner": "customer_risk_currency_id customer_risk_total"},
    beside="account_financial_risk",
)
PAID_AT_TILL = Seam(addon="customer_tiering_credit_control_pos_sale", beside="pos_sale")
SHOP = Seam(addon="customer_tiering_website_sale", beside="website_sale")
TILL = Seam(addon="customer_tiering_point_of_sale", beside="point_of_sale")

FOLDED_VIEWS = """
    customer_tier_change_view_form_stage customer_tier_change_view_list_embedded_stage
    customer_tier_change_view_search_stage
    customer_tier_event_view_list_stage customer_tier_event_view_search_stage
    customer_tier_program_view_form_entry customer_tier_program_view_form_events
    customer_tier_program_view_form_stage
    customer_tier_run_view_form_events
    customer_tier_standing_view_form_credit customer_tier_standing_view_form_entry
    customer_tier_standing_view_form_stage
    customer_tier_standing_view_list_credit customer_tier_standing_view_list_entry
    customer_tier_standing_view_list_stage
    customer_tier_standing_view_search_credit customer_tier_standing_view_search_entry
    customer_tier_standing_view_search_stage
    res_config_settings_view_form_credit
    res_partner_view_form_stage res_partner_view_form_tier_stage
    res_partner_view_list_stage res_partner_view_search_stage
    sale_order_view_list_stage sale_order_view_search_stage
"""


def migrate(cr, version):
    if not version:
        return
    delete_views(cr, FOLDED_VIEWS.split() + views_of_before(cr))
    for seam in (CREDIT, PLAYBOOK):
        move(cr, seam)
    for seam in (FINANCIAL_RISK, PAID_AT_TILL, SHOP, TILL):
        move_glue(cr, seam)
    refresh(cr)


# Glue


def move_glue(cr, seam):
    """Have the glue installed where its app is there, as Odoo does for new databases; once, with
    credit control, so that glue which somebody uninstalls stays away."""
    cr.execute(
        """
        UPDATE ir_module_module
           SET state = 'to install'
         WHERE name = %(glue)s AND state = 'uninstalled'
           AND (SELECT state FROM ir_module_module WHERE name = %(credit)s) = 'to upgrade'
           AND (SELECT state FROM ir_module_module WHERE name = %(app)s)
               IN ('installed', 'to upgrade')
        """,
        {"glue": seam.addon, "credit": CREDIT.addon, "app": seam.beside},
    )
    if cr.rowcount:
        hand_over(cr, seam, names_of(cr, seam) if seam.fields else [])


# Views that are no more


def views_of_before(cr):
    """Playbooks on the contact, as from before the tier's page there was a form of its own."""
    cr.execute(
        """
        SELECT data.name
          FROM ir_model_data AS data JOIN ir_ui_view AS view ON view.id = data.res_id
         WHERE data.module = %s AND data.model = 'ir.ui.view'
           AND data.name = 'res_partner_view_form_playbook'
           AND view.arch_db::text ~ 'customer_tier_(since|change_ids)'
        """,
        [CORE],
    )
    return [name for (name,) in cr.fetchall()]


def delete_views(cr, names):
    """Delete views; those below them, which people may have made, go to what these extended."""
    cr.execute(
        """
        SELECT view.id, view.inherit_id
          FROM ir_model_data AS data JOIN ir_ui_view AS view ON view.id = data.res_id
         WHERE data.module = %s AND data.model = 'ir.ui.view' AND data.name = ANY(%s)
        """,
        [CORE, names],
    )
    bases = dict(cr.fetchall())
    for view, base in bases.items():
        while base in bases:
            base = bases[base]
        cr.execute("UPDATE ir_ui_view SET inherit_id = %s WHERE inherit_id = %s", [base, view])
    gone = [list(bases)]
    cr.execute("DELETE FROM ir_model_data WHERE model = 'ir.ui.view' AND res_id = ANY(%s)", gone)
    cr.execute("DELETE FROM ir_ui_view WHERE id = ANY(%s)", gone)
