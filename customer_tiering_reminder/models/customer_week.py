import logging
from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_tiering import near_tiers
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.tools import savepoint_each
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

TEMPLATE = "customer_tiering_reminder.mail_template_week"
# A second's work: a killed job loses no more.
SLICE_SIZE = 20
WEEK_DAYS = 7
# As in the filter “Overdue” of gradings: later ones are dormant.
LATE_DAYS = 60
# For whom the week begins.
SALESPEOPLE = "sales_team.group_sale_salesman"


class CustomerWeek(models.AbstractModel):
    """The week of salespeople in a few lines: what is due and what happened with their customers;
    sent by e-mail on Mondays to whoever wants it, and only where there is something to say."""

    _name = "customer.week"
    _description = "A Salesperson's Week"

    @api.model
    def _cron_send(self):
        """Write to everybody who was not written to since Monday, as far as the time goes."""
        Cron = self.env["ir.cron"]
        users = self._readers()
        time_left = Cron._commit_progress(remaining=len(users))
        while users and time_left:
            now, users = users[:SLICE_SIZE], users[SLICE_SIZE:]
            self._send(now)
            time_left = Cron._commit_progress(len(now), remaining=len(users))

    @api.model
    def _readers(self):
        """Salespeople who want it and have not got it this week."""
        today = fields.Date.today()
        monday = today - timedelta(days=today.weekday())
        return self.env["res.users"].search(
            [
                ("share", "=", False),
                ("customer_week_mail", "=", True),
                ("all_group_ids", "in", self.env.ref(SALESPEOPLE).id),
                "|",
                ("customer_week_mailed", "=", False),
                ("customer_week_mailed", "<", monday),
            ],
            order="id",
        )

    @api.model
    def _send(self, users):
        """Queue the e-mails; that somebody has got one is noted in the same transaction.

        :param users: ``res.users``
        """
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)

        def send_to(some):
            figures = self._figures(some)
            for user in some:
                lines = self._lines(user, figures[user.id])
                if lines and user.email and template and template.active:
                    told = {"customer_week_lines": lines, "customer_week_subject": lines[0]}
                    template.with_context(**told).send_mail(user.id)
            some.customer_week_mailed = fields.Date.today()

        def failed(user, _error):
            _logger.exception("No weekly e-mail to user %s", user.id)
            user.customer_week_mailed = fields.Date.today()

        savepoint_each(users, send_to, failed)

    @api.model
    def _lines(self, user, figures):
        """What there is to say, in the language of the user.

        :param figures: counter of what :meth:`_figures` finds
        :return: list of texts
        """
        env = self.with_context(lang=user.lang or self.env.lang).env
        says = {
            "due": lambda count: env._("%s due this week", count),
            "late": lambda count: env._("%s late", count),
        }
        lines = [say(figures[key]) for key, say in says.items() if figures[key]]
        tiers = [key for key in figures if isinstance(key, tuple) and figures[key]]
        records = env["customer.tier"].sudo().browse(tier for _kind, tier in tiers).exists()
        names = {tier.id: tier.name for tier in records}
        for kind in ("near", "up", "down"):
            for key in sorted(k for k in tiers if k[0] == kind and k[1] in names):
                words = {"count": figures[key], "tier": names[key[1]]}
                lines.append(self._tier_line(env, kind, words))
        if figures["out"]:
            lines.append(env._("%s left all tiers", figures["out"]))
        return lines

    @api.model
    def _tier_line(self, env, kind, words):
        if kind == "near":
            return env._("%(count)s within 10 %% of %(tier)s", **words)
        if kind == "up":
            return env._("%(count)s rose to %(tier)s", **words)
        return env._("%(count)s fell to %(tier)s", **words)

    # Figures

    @api.model
    def _figures(self, users):
        """What there is to say about the customers of some users, in companies that they work in.

        :return: dict id of the user → ``Counter`` of ``due``, ``late``, ``out``, and pairs of
            ``near``, ``up`` or ``down`` and the id of a tier
        """
        self.env.flush_all()
        figures = defaultdict(Counter)
        for query in (self._dates_query(users), self._moves_query(users)):
            self.env.cr.execute(query)
            for user, kind, tier, count in self.env.cr.fetchall():
                figures[user][(kind, tier) if tier else kind] += count
        for user, tier in self._near(users):
            figures[user]["near", tier] += 1
        return figures

    def _own_customers(self, users):
        """``FROM`` of standings ``s`` of the customers ``p`` of users, in their companies."""
        return SQL(
            """customer_tier_standing s
               JOIN LATERAL (SELECT %s AS user_id FROM res_partner p
                              WHERE p.id = s.partner_id AND p.active) p ON p.user_id = ANY(%s)
               JOIN res_company_users_rel w ON w.user_id = p.user_id AND w.cid = s.company_id""",
            self.env["customer.tier.responsible"]._looks_after(),
            users.ids,
        )

    def _dates_query(self, users):
        return SQL(
            """
            SELECT user_id, kind, NULL::integer, COUNT(*)
              FROM (SELECT p.user_id, CASE
                           WHEN s.next_order_late <= %(today)s
                            AND s.next_order_late > %(oldest)s THEN 'late'
                           WHEN s.next_order_date >= %(today)s
                            AND s.next_order_date < %(end)s THEN 'due' END AS kind
                      FROM %(own)s
                     -- Nobody calls who is held back so that the effect can be measured.
                     WHERE NOT EXISTS (
                           SELECT FROM customer_reminder r
                            WHERE r.partner_id = s.partner_id AND r.company_id = s.company_id
                              AND r.state = 'open' AND r.arm = %(control)s)) d
             WHERE kind IS NOT NULL GROUP BY user_id, kind
            """,
            own=self._own_customers(users),
            control=assignment.CONTROL,
            today=fields.Date.today(),
            oldest=fields.Date.today() - timedelta(days=LATE_DAYS),
            end=fields.Date.today() + timedelta(days=WEEK_DAYS),
        )

    def _moves_query(self, users):
        return SQL(
            """
            SELECT p.user_id, c.direction, c.to_tier_id, COUNT(DISTINCT s.id)
              FROM %(own)s
              JOIN customer_tier_change c ON c.standing_id = s.id
                AND c.to_tier_id IS NOT DISTINCT FROM s.tier_id
             WHERE c.direction IN ('up', 'down', 'out') AND c.date >= %(since)s
               AND c.reason NOT IN ('merge', 'lock')
             GROUP BY p.user_id, c.direction, c.to_tier_id
            """,
            own=self._own_customers(users),
            since=fields.Date.today() - timedelta(days=WEEK_DAYS),
        )

    @api.model
    def _near(self, users):
        """Customers who lack little to the next tier.

        :return: list of (id of the user, id of that tier)
        """
        return near_tiers.among(self.env, self._own_customers(users), SQL("p.user_id"))
