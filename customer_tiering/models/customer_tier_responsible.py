from odoo import models
from odoo.tools import SQL


class CustomerTierResponsible(models.AbstractModel):
    """Who of the company looks after a customer: the salesperson, else the leader of the team of
    the last order, else the company's fallback user, else the administrator; only people who still
    work in the company."""

    _name = "customer.tier.responsible"
    _description = "Who Looks After a Customer"

    def _able(self, company):
        """Internal users who still work in a company."""
        working = [("share", "=", False), ("company_ids", "in", company.id)]
        return self.env["res.users"].sudo().search(working)

    def _fallback(self, company, able=None):
        """Who does what nobody else is there for."""
        able = self._able(company) if able is None else able
        chosen = company.sudo().customer_tier_fallback_user_id & able
        return chosen or self.env.ref("base.user_admin").sudo()

    def _parts(self, company):
        """What a query about standings ``s`` needs.

        :return: dict with the user ids who are ``able``, the SQL of the ``leader``, and the id of
            the ``fallback``
        """
        able = self._able(company)
        leader = SQL(
            """(SELECT t.user_id
                  FROM sale_order o
                  JOIN res_partner c ON c.id = o.partner_id
                  JOIN crm_team t ON t.id = o.team_id
                 WHERE c.commercial_partner_id = s.partner_id AND o.company_id = s.company_id
                   AND o.state = 'sale' AND t.user_id = ANY(%s)
                 ORDER BY o.date_order DESC LIMIT 1)""",
            able.ids,
        )
        return {"able": able.ids, "leader": leader, "fallback": self._fallback(company, able).id}

    def _of(self, standings, company):
        """Who looks after some customers of a company.

        :return: dict ``customer.tier.standing`` → ``res.users``
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT s.id, COALESCE(
                           CASE WHEN p.user_id = ANY(%(able)s) THEN p.user_id END,
                           %(leader)s, %(fallback)s)
                  FROM customer_tier_standing s
                  JOIN res_partner p ON p.id = s.partner_id
                 WHERE s.id = ANY(%(standings)s)
                """,
                **self._parts(company),
                standings=standings.ids,
            )
        )
        users = self.env["res.users"]
        return {standings.browse(id_): users.browse(user) for id_, user in self.env.cr.fetchall()}
