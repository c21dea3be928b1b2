from odoo import models
from odoo.tools import SQL


class CustomerTierResponsible(models.AbstractModel):
    """Who of the company looks after a customer: the salesperson, else whom an addon dedicates to
    the customer, else the leader of the team of the last order, else the company's fallback user,
    else the administrator or whoever stands in; only people who still work in the company."""

    _name = "customer.tier.responsible"
    _description = "Who Looks After a Customer"

    def _able(self, company):
        """Internal users who still work in a company."""
        working = [("share", "=", False), ("company_ids", "in", company.id)]
        # By name, as users are listed, all contacts would be read for it.
        return self.env["res.users"].sudo().search(working, order="id")

    def _fallback(self, company, able=None):
        """Who does what nobody else is there for."""
        able = self._able(company) if able is None else able
        chosen = company.sudo().customer_tier_fallback_user_id & able
        return chosen or self._administrator(able)

    def _administrator(self, able):
        """The administrator; where that account is archived, somebody of these who configures
        customer tiers, or anybody."""
        admin = self.env.ref("base.user_admin").sudo()
        if admin.active:
            return admin
        managers = self.env.ref("customer_tiering.group_manager")
        managing = [("id", "in", able.ids), ("all_group_ids", "in", managers.id)]
        return able.search(managing, order="id", limit=1) or able.sorted("id")[:1] or admin

    def _dedicated(self, able):
        """Hook: who is dedicated to the customer of a standing ``s`` and does what its own
        salesperson would do, as ``SQL`` of a user id; NULL for nobody.

        :param able: ids of the users who still work in the company, or ``SQL`` of an array of them
        """
        return SQL("NULL::int")

    def _dedicated_users(self, customers, company):
        """Hook: the same for some customers of a company.

        :return: dict commercial ``res.partner`` → ``res.users``, without those who have nobody
        """
        return {}

    def _looks_after(self):
        """Hook: whose customer the customer ``p`` of a standing ``s`` is, for lists of one's own
        customers, as ``SQL`` of a user id; NULL for nobody's."""
        return SQL("p.user_id")

    # Whom customers are told to turn to

    def _works(self, user, company):
        """A user if it still works in a company, as ``SQL`` of an id; else NULL.

        :param user: ``SQL`` of a user id
        """
        return SQL(
            """(SELECT w.id
                  FROM res_users w
                  JOIN res_company_users_rel r ON r.user_id = w.id AND r.cid = %s
                 WHERE w.id = %s AND w.active AND NOT w.share)""",
            company.id,
            user,
        )

    def _contact(self, company):
        """Hook: whom the customer ``p`` is told to turn to, as ``SQL`` of a user id; NULL for
        nobody."""
        return self._works(SQL("p.user_id"), company)

    def _personal_columns(self, company):
        """Hook: what else customers read of their own that the database is asked about, of the
        customer ``p``: dict of names and ``SQL``."""
        return {}

    def _of_customer(self, name, company):
        """A field of the customer ``p`` in a company, as ``SQL``."""
        return self.env["res.partner"].sudo().with_company(company)._field_to_sql("p", name)

    def _personal(self, customer, company):
        """What a customer reads of its own, by one statement: pages of customers are opened often.

        :return: dict of the ``name``, ``email`` and ``phone`` of the ``contact``, a user id, None
            for nobody; of the id of the pricelist ``agreed`` with the customer, archived or not;
            and of what addons add
        """
        columns = {
            "contact": SQL("u.id"),
            "name": SQL("c.name"),
            "email": SQL("c.email"),
            "phone": SQL("c.phone"),
            "agreed": self._of_customer("specific_property_product_pricelist", company),
            **self._personal_columns(company),
        }
        buyer = customer.commercial_partner_id._origin
        if not buyer:
            return dict.fromkeys(columns)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT %s
                  FROM res_partner p
             LEFT JOIN res_users u ON u.id = %s
             LEFT JOIN res_partner c ON c.id = u.partner_id
                 WHERE p.id = %s
                """,
                SQL(", ").join(columns.values()),
                self._contact(company),
                buyer.id,
            )
        )
        return dict(zip(columns, self.env.cr.fetchone() or [None] * len(columns), strict=True))

    def _parts(self, company):
        """What a query about standings ``s`` needs.

        :return: dict with the user ids who are ``able``, the SQL of whoever comes after the
            salesperson, the ``leader``, and the id of the ``fallback``
        """
        able = self._able(company)
        leader = SQL("COALESCE(%s, %s)", self._dedicated(able.ids), self._last_leader(able.ids))
        return {"able": able.ids, "leader": leader, "fallback": self._fallback(company, able).id}

    def _last_leader(self, able):
        """The leader of the team of the last order, as ``SQL``."""
        return SQL(
            """(SELECT t.user_id
                  FROM sale_order o
                  JOIN res_partner c ON c.id = o.partner_id
                  JOIN crm_team t ON t.id = o.team_id AND t.active
                 WHERE c.commercial_partner_id = s.partner_id AND o.company_id = s.company_id
                   AND o.state = 'sale' AND t.user_id = ANY(%s)
                 ORDER BY o.date_order DESC LIMIT 1)""",
            able,
        )

    def _of(self, standings, company):
        """Who looks after some customers of a company.

        :return: dict ``customer.tier.standing`` → ``res.users``
        """
        parts = self._parts(company)
        return self._look_up(standings, parts, SQL("p.user_id = ANY(%s)", parts["able"]))

    def _leaders_of(self, standings, company):
        """Who leads those who look after some customers: the leader of the salesperson's team,
        else of the team of the last order, else the company's fallback user.

        :return: dict ``customer.tier.standing`` → ``res.users``
        """
        parts = self._parts(company)
        parts["leader"] = self._last_leader(parts["able"])
        return self._look_up(standings, parts, SQL("FALSE"), self._team_leader(parts["able"]))

    def _team_leader(self, able):
        return SQL(
            """(SELECT t.user_id
                  FROM crm_team_member m
                  JOIN crm_team t ON t.id = m.crm_team_id AND t.active
                 WHERE m.user_id = COALESCE(p.user_id, %s) AND m.active AND t.user_id = ANY(%s)
                   AND (t.company_id IS NULL OR t.company_id = s.company_id)
                 ORDER BY t.sequence, t.id LIMIT 1)""",
            self._dedicated(able),
            able,
        )

    def _look_up(self, standings, parts, is_able, first=None):
        """
        :param parts: see :meth:`_parts`
        :param is_able: ``SQL``, whether the salesperson does it
        :param first: ``SQL`` of who comes before the leader
        :return: dict ``customer.tier.standing`` → ``res.users``
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT s.id, COALESCE(
                           CASE WHEN %(is_able)s THEN p.user_id END,
                           %(first)s, %(leader)s, %(fallback)s)
                  FROM customer_tier_standing s
                  JOIN res_partner p ON p.id = s.partner_id
                 WHERE s.id = ANY(%(standings)s)
                """,
                is_able=is_able,
                first=first or SQL("NULL"),
                leader=parts["leader"],
                fallback=parts["fallback"],
                standings=standings.ids,
            )
        )
        users = self.env["res.users"]
        return {standings.browse(id_): users.browse(user) for id_, user in self.env.cr.fetchall()}
