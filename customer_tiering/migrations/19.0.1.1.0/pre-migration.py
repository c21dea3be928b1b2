"""Credit control and playbooks become addons of their own.

Whatever is theirs is given to them before this addon is updated, which would else delete it as no
longer shipped. They are loaded by the same run, as addons that are updated and not installed: what
people changed or deleted of shipped records stays as it is. The second part of the file is about
views that were folded into the view which they extended.
"""

import logging
from dataclasses import dataclass, field

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.module import Manifest

_logger = logging.getLogger(__name__)

CORE = "customer_tiering"
# The version with which the new addons began; their own migrations build upon it.
FIRST_VERSION = "19.0.1.0.0"
# Users are partners: fields of these are fields of theirs too.
HEIRS = {"res.partner": ("res.partner", "res.users")}
# What Odoo writes before the name of a model in the XML ids that it makes by itself, and before
# access rights.
KINDS = "access_|constraint_|field_|model_|model_inherit__|selection__"


@dataclass(frozen=True)
class Seam:
    """What goes from this addon to a new one."""

    addon: str
    # With all whose XML id begins with the name of the model: rights, views, actions, menus.
    models: tuple[str, ...] = ()
    # Of models that stay.
    fields: dict[str, str] = field(default_factory=dict)
    # Further XML ids, as regular expressions.
    records: str = ""
    # The app without which the addon is not to be had.
    beside: str = ""

    def pattern(self) -> str:
        """A regular expression for the names of the XML ids that move."""
        own = "|".join(model.replace(".", "_") for model in self.models)
        extended = "|".join(
            f"{heir.replace('.', '_')}__({'|'.join(names.split())})"
            for model, names in self.fields.items()
            for heir in HEIRS.get(model, (model,))
        )
        parts = [
            rf"({KINDS})?({own})(_.*)?" if own else "",
            rf"(field_|selection__)({extended})(__.*)?" if extended else "",
            *self.records.split(),
        ]
        return f"^({'|'.join(filter(None, parts))})$"

    def foreign_keys(self) -> list[str]:
        """Names of the foreign keys, if there are any, of the fields of models that stay."""
        return [
            f"{model.replace('.', '_')}_{name}_fkey"
            for model, names in self.fields.items()
            for name in names.split()
        ]


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
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.invalidate_all()
    env.registry.clear_all_caches()


# What moves


def move(cr, seam):
    """Give the new addon what is its own, and have it loaded by this run."""
    moving = names_of(cr, seam)
    if not moving:
        return
    if Manifest.for_addon(seam.addon, display_warning=False) is None:
        # Nor is there a way to go on without it: shipped plans and playbooks were made use of.
        raise UserError(
            f"Part of {CORE} is now the addon {seam.addon}, whose folder is not on the addons "
            "path: what people recorded there would be deleted. Put the folder "
            f"{seam.addon} beside {CORE} and update again. Who does not want it uninstalls it "
            "afterwards."
        )
    cr.execute("SELECT state FROM ir_module_module WHERE name = %s", [seam.addon])
    if cr.fetchone() != ("uninstalled",):
        # Installing it now would make everything a second time.
        raise UserError(
            f"{seam.addon} is not to be installed by hand beside what {CORE} still holds of it. "
            f"Update {CORE} alone (-u {CORE}): that brings {seam.addon} along. Where an addon of "
            "yours depends on it, leave its folder out this time and put it back for another -u."
        )
    _logger.info("%s XML ids go from %s to %s", len(moving), CORE, seam.addon)
    cr.execute(
        """
        UPDATE ir_module_module AS new
           SET state = 'to upgrade', latest_version = %s, demo = core.demo
          FROM ir_module_module AS core
         WHERE core.name = %s AND new.name = %s
        """,
        [FIRST_VERSION, CORE, seam.addon],
    )
    hand_over(cr, seam, moving)


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


def names_of(cr, seam):
    """The names of the XML ids of this addon that belong to the new one."""
    cr.execute(
        "SELECT name FROM ir_model_data WHERE module = %s AND name ~ %s",
        [CORE, seam.pattern()],
    )
    return [name for (name,) in cr.fetchall()]


def hand_over(cr, seam, names):
    """Change the owner of XML ids, constraints and relation tables, and what names the XML ids."""
    if not names:
        return
    values = {
        "core": CORE,
        "addon": seam.addon,
        "names": names,
        "models": list(seam.models),
        "keys": seam.foreign_keys(),
    }
    cr.execute(
        """
        UPDATE ir_model_data
           SET module = %(addon)s
         WHERE module = %(core)s AND name = ANY(%(names)s)
        """,
        values,
    )
    for table in ("ir_model_constraint", "ir_model_relation"):
        cr.execute(
            f"""
            UPDATE {table}
               SET module = (SELECT id FROM ir_module_module WHERE name = %(addon)s)
             WHERE module = (SELECT id FROM ir_module_module WHERE name = %(core)s)
               AND (model IN (SELECT id FROM ir_model WHERE model = ANY(%(models)s))
                    OR name = ANY(%(keys)s))
            """,
            values,
        )
    rename_in_texts(cr, seam, names)


def rename_in_texts(cr, seam, names):
    """Follow the XML ids in views, rules and server actions that people wrote."""
    names = [name for name in names if not name.startswith(("field_", "selection__", "access_"))]
    old = rf"\m{CORE}\.({'|'.join(names)})\M"
    for table, column, kind in (
        ("ir_ui_view", "arch_db", "jsonb"),
        ("ir_rule", "domain_force", "text"),
        ("ir_act_server", "code", "text"),
    ):
        cr.execute(
            f"""
            UPDATE {table}
               SET {column} = regexp_replace({column}::text, %(old)s, %(new)s, 'g')::{kind}
             WHERE {column}::text ~ %(old)s
            """,
            {"old": old, "new": rf"{seam.addon}.\1"},
        )


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
