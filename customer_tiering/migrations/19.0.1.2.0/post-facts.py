"""Nobody is shown as graded any more who cannot be a customer: the company itself, whoever works in
it, archived ones, and companies that became contacts of others."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    put_away_who_is_not_graded(env)


def put_away_who_is_not_graded(env):
    """The figures of those who were let go before are cleared; who is still in a tier is let go by
    the next grading, which writes the history of it. What was set by hand stays."""
    env.flush_all()
    for company in env["customer.tier.standing"].search([]).company_id:
        gather = env["customer.tier.gather"]
        absent = SQL(
            "s.company_id = %s AND NOT EXISTS (SELECT FROM res_partner p WHERE p.id = s.partner_id "
            "AND %s)",
            company.id,
            gather._gradable_condition(company, SQL("p")),
        )
        env.cr.execute(
            SQL(
                "SELECT partner_id FROM customer_tier_standing s "
                "WHERE %s AND program_id IS NULL AND (order_count > 0 OR amount <> 0 "
                "OR last_order_date IS NOT NULL OR tier_id IS NOT NULL)",
                absent,
            )
        )
        gone = [id_ for (id_,) in env.cr.fetchall()]
        env["customer.tier.store"]._release_absent(company, gone)
        env.cr.execute(
            SQL(
                "SELECT partner_id FROM customer_tier_standing s "
                "WHERE %s AND program_id IS NOT NULL",
                absent,
            )
        )
        graded = env["res.partner"].browse([id_ for (id_,) in env.cr.fetchall()])
        env["customer.tier.stale"]._mark({(partner, company) for partner in graded})
    env.invalidate_all()
