from collections import Counter, defaultdict

from odoo import api, models
from odoo.tools import SQL

from .customer_tier_store import TOLD


class CustomerTierEvent(models.Model):
    """What telling would come to, before anything happens."""

    _inherit = "customer.tier.event"

    def _forecast(self):
        """:return: see :meth:`_forecast_of`"""
        source = SQL(
            """SELECT standing_id, program_id, kind,
                      CASE WHEN kind IN ('out', 'notice') THEN from_tier_id ELSE to_tier_id END
                 FROM customer_tier_event WHERE id = ANY(%s)""",
            self.ids,
        )
        return self._forecast_of(source)

    @api.model
    def _forecast_of(self, source):
        """Count by the rules that would do something.

        :param source: ``SQL`` of rows (standing, programme, kind, tier that rules ask for), all of
            them still true
        :return: dict ``customer.tier.event.rule`` (an empty one for what no rule does anything
            about) → ``Counter`` of ``events, notes, activities, mails, unwritten`` (customers who
            cannot be written to); an event counts for each of its rules
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT e.program, e.kind, e.tier, COUNT(*),
                       COUNT(*) FILTER (WHERE p.email_normalized <> '' AND b.id IS NULL)
                  FROM (%s) e (standing, program, kind, tier)
                  JOIN customer_tier_standing s ON s.id = e.standing
                  JOIN res_partner p ON p.id = s.partner_id
             LEFT JOIN mail_blacklist b ON b.email = p.email_normalized AND b.active
              GROUP BY e.program, e.kind, e.tier
                """,
                source,
            )
        )
        lines = defaultdict(Counter)
        Program, Tier = self.env["customer.tier.program"].sudo(), self.env["customer.tier"].sudo()
        for program, kind, tier, count, reachable in self.env.cr.fetchall():
            rules = Program.browse(program).event_rule_ids
            effects = rules._effects(kind, Tier.browse(tier))
            if not effects:
                lines[rules.browse()]["events"] += count
            for rule in set(effects.values()):
                lines[rule].update(self._numbers_of(rule, effects, count, reachable))
        return lines

    @api.model
    def _numbers_of(self, rule, effects, count, reachable):
        numbers = Counter(events=count)
        if effects.get("note") == rule:
            numbers["notes"] = count
        if effects.get("activity") == rule:
            numbers["activities"] = count
        if effects.get("mail") == rule:
            numbers["mails"] = reachable if rule.mail_template_id.active else 0
            numbers["unwritten"] = count - numbers["mails"]
        return numbers


class CustomerTierRun(models.Model):
    _inherit = "customer.tier.run"

    def _untold_source(self):
        """Changes of this run that nobody was told of and that customers have not moved on from,
        as ``customer.tier.event._forecast_of`` reads them."""
        return SQL(
            """
            SELECT c.standing_id, t.program_id, c.direction,
                   CASE WHEN c.direction = 'out' THEN c.from_tier_id ELSE c.to_tier_id END
            %s
            """,
            self._untold_from(),
        )

    def _untold_count(self):
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT COUNT(*) %s", self._untold_from()))
        return self.env.cr.fetchone()[0]

    def _untold_from(self):
        return SQL(
            """
              FROM customer_tier_change c
              JOIN customer_tier_standing s ON s.id = c.standing_id
              JOIN res_partner p ON p.id = s.partner_id AND p.active
              JOIN customer_tier t ON t.id = COALESCE(c.to_tier_id, c.from_tier_id)
             WHERE c.run_id = %(run)s AND %(told)s
               AND s.tier_id IS NOT DISTINCT FROM c.to_tier_id
               AND NOT EXISTS (SELECT FROM customer_tier_event e WHERE e.change_id = c.id)
               AND NOT EXISTS (
                   SELECT FROM customer_tier_change l
                    WHERE l.standing_id = c.standing_id AND l.id > c.id AND l.direction <> 'stay')
            """,
            run=self.id,
            told=TOLD,
        )
