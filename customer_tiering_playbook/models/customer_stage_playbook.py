from collections import Counter

from odoo import api, fields, models
from odoo.addons.customer_tiering.explain.words import labelled
from odoo.addons.customer_tiering.models.customer_tier import NAMED, OFFERED
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.addons.customer_tiering.tools import open_list
from odoo.addons.customer_tiering_reminder.models.customer_order_measured import SHORTEST_WINDOW
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .customer_stage_playbook_start import UNDER_WAY

MANAGERS = "customer_tiering.group_manager"
# Of a hundred customers, what a playbook made on the screen begins with.
SHARE = 20


class CustomerStagePlaybook(models.Model):
    """A rule: customers who enter a stage get the activities of a plan.

    Of several that fit a customer, the first counts; ``customer.stage.playbook.start`` is one of
    them for one customer.
    """

    _name = "customer.stage.playbook"
    _description = "Playbook of a Stage"
    _order = "sequence, id"
    _rec_name = "plan_id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    stage = fields.Selection(STAGES, required=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.", index=True)
    program_id = fields.Many2one(
        "customer.tier.program",
        string="Programme",
        ondelete="cascade",
        help="Only customers of this programme; empty: of all.",
    )
    tier_ids = fields.Many2many(
        "customer.tier",
        "customer_stage_playbook_tier_rel",
        "playbook_id",
        "tier_id",
        string="Tiers",
        domain=OFFERED,
        context=NAMED,
        help="Only customers in these tiers; empty: all.",
    )
    plan_id = fields.Many2one(
        "mail.activity.plan",
        required=True,
        ondelete="restrict",
        domain="[('res_model', '=', 'res.partner'), ('company_id', 'in', (False, company_id))]",
        context={"default_res_model": "res.partner", "default_company_id": False},
        help="Its activities are put on the contact when the customer enters the stage. What is "
        "left of them is cancelled when the customer leaves it.",
    )
    daily_limit = fields.Integer(
        string="Per Person and Day",
        default=20,
        help="Customers with the best score come first, the others on the next days; 0 sets no "
        "limit.",
    )
    activity_count = fields.Integer(string="Activities", related="plan_id.steps_count")
    step_ids = fields.One2many(related="plan_id.template_ids", string="Steps")
    open_count = fields.Integer(string="Under Way", compute="_compute_open_count")

    # Whether it has an effect

    control_share = fields.Integer(
        string="Held Back (%)",
        default=SHARE,
        help="So many of a hundred customers, drawn by chance for a half-year, get nothing from "
        "this playbook: only by comparison with them can be said how many orders came because of "
        "it. 0 holds nobody back, and then it is not measured.",
    )
    never_held_tier_ids = fields.Many2many(
        "customer.tier",
        "customer_stage_playbook_never_held_rel",
        "playbook_id",
        "tier_id",
        string="Never Hold Back",
        domain=OFFERED,
        context=NAMED,
        help="Customers of these tiers always get the playbook. What that brings is not measured.",
    )
    held_count = fields.Integer(
        string="Held Back Now", compute="_compute_held_count", groups=MANAGERS
    )

    _daily_limit_not_negative = models.Constraint(
        "check(daily_limit >= 0)",
        "A limit per person and day cannot be negative. Enter 0 for no limit.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Nobody has looked at the share of a playbook that is made past the form.
        return super().create([{"control_share": 0, **vals} for vals in vals_list])

    @api.constrains("control_share")
    def _check_control_share(self):
        for playbook in self:
            self.env["customer.stage.playbook.start"]._check_share(playbook.control_share)

    def _compute_held_count(self):
        Start = self.env["customer.stage.playbook.start"]
        held = [("playbook_id", "in", self.ids), ("state", "=", "held"), ("ended_on", "=", False)]
        counts = dict(Start._read_group(held, ["playbook_id"], ["__count"]))
        for playbook in self:
            playbook.held_count = counts.get(playbook, 0)

    def _compute_open_count(self):
        counts = dict(
            self.env["customer.stage.playbook.start"]._read_group(
                [("playbook_id", "in", self.ids), ("state", "in", UNDER_WAY)],
                ["playbook_id"],
                ["__count"],
            )
        )
        for playbook in self:
            playbook.open_count = counts.get(playbook, 0)

    @api.constrains("plan_id", "company_id")
    def _check_plan(self):
        for playbook in self:
            plan = playbook.plan_id
            if plan.res_model != "res.partner":
                raise ValidationError(
                    self.env._(
                        "Plan “%s” is made for other records. A playbook needs a plan that applies "
                        "to contacts.",
                        plan.name,
                    )
                )
            if not plan.template_ids:
                raise ValidationError(
                    self.env._(
                        "Plan “%s” has no activities, so nothing would happen. Add some to it "
                        "first, or choose another plan.",
                        plan.name,
                    )
                )
            if plan.company_id and plan.company_id != playbook.company_id:
                raise ValidationError(
                    self.env._(
                        "Plan “%(plan)s” belongs to %(company)s alone. Choose that company on the "
                        "playbook as well, or a plan for all companies.",
                        plan=plan.name,
                        company=plan.company_id.name,
                    )
                )

    @api.constrains("company_id", "program_id", "tier_ids", "never_held_tier_ids")
    def _check_customers(self):
        for playbook in self:
            tiers = playbook.tier_ids | playbook.never_held_tier_ids
            companies = playbook.program_id.company_id | tiers.company_id
            program = playbook.program_id
            foreign = playbook.tier_ids.filtered(lambda t, p=program: p and t.program_id != p)
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Tier “%(tier)s” belongs to another programme. Choose one of "
                        "“%(program)s”.",
                        tier=foreign[0].name,
                        program=program.name,
                    )
                )
            if playbook.company_id and companies - playbook.company_id:
                raise ValidationError(
                    self.env._(
                        "The programme and the tiers of a playbook must be of its company, %s.",
                        playbook.company_id.name,
                    )
                )

    @api.depends("stage", "plan_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["stage"]._description_selection(self.env))
        for playbook in self:
            stage, plan = names.get(playbook.stage) or "", playbook.plan_id.name or ""
            playbook.display_name = (
                labelled(self.env, stage, plan) if stage and plan else stage or plan
            )

    def _window_end(self, standing, day):
        """The day up to which orders count of a customer who enters the stage: the last activity
        of the plan has to have had time, too; for those held back as for the others."""
        deadlines = [template._get_date_deadline(day) for template in self.plan_id.template_ids]
        last = fields.Date.add(max(deadlines, default=day), days=SHORTEST_WINDOW)
        return max(last, self.env["customer.stage.playbook.start"]._window_end(standing, day))

    @api.model
    def _of(self, standings):
        """The playbook of some customers' present stage, where there is one: the first that fits.

        :return: dict ``customer.tier.standing`` → ``customer.stage.playbook``
        """
        query = SQL(
            "SELECT s.id, f.id FROM customer_tier_standing s %s WHERE s.id = ANY(%s)",
            self._fitting_sql(),
            standings.ids,
        )
        found = dict(self._fetch(query))
        return {s: self.sudo().browse(found[s.id]) for s in standings if s.id in found}

    @api.model
    def _forecast_of(self, source):
        """How many customers would get which playbook today. One statement counts them all, however
        many they are.

        :param source: ``SQL`` of ids of standings
        :return: ``Counter`` of ``customer.stage.playbook``
        """
        # Which one fits is looked for once for all customers who are alike.
        query = SQL(
            """
            SELECT f.id, SUM(s.customers)
              FROM (SELECT s.company_id, s.program_id, s.tier_id, s.lifecycle_stage,
                           COUNT(*) AS customers
                      FROM customer_tier_standing s
                     WHERE s.id IN (%(source)s) AND NOT %(given_up)s
                       AND NOT EXISTS (
                           SELECT FROM customer_stage_playbook_start b
                            WHERE b.standing_id = s.id AND b.state IN ('waiting', 'open'))
                     GROUP BY s.company_id, s.program_id, s.tier_id, s.lifecycle_stage) s
              %(fitting)s
             GROUP BY f.id
            """,
            source=source,
            given_up=self.env["customer.win.back"]._given_up_sql(),
            fitting=self._fitting_sql(),
        )
        return Counter({self.sudo().browse(id_): int(n) for id_, n in self._fetch(query)})

    @api.model
    def _fetch(self, query):
        self.env.flush_all()
        self.env.cr.execute(query)
        return self.env.cr.fetchall()

    @api.model
    def _fitting_sql(self):
        """A join of the playbook ``f`` that comes first of those that fit standing ``s``."""
        return SQL(
            """
            CROSS JOIN LATERAL (
                SELECT k.id
                  FROM customer_stage_playbook k
                  JOIN mail_activity_plan a ON a.id = k.plan_id AND a.active
                 WHERE k.active AND k.stage = s.lifecycle_stage
                   AND (k.company_id IS NULL OR k.company_id = s.company_id)
                   AND (k.program_id IS NULL OR k.program_id = s.program_id)
                   AND (NOT EXISTS (SELECT FROM customer_stage_playbook_tier_rel r
                                     WHERE r.playbook_id = k.id)
                        OR EXISTS (SELECT FROM customer_stage_playbook_tier_rel r
                                    WHERE r.playbook_id = k.id AND r.tier_id = s.tier_id))
                 ORDER BY k.sequence, k.id LIMIT 1) f
            """
        )

    def action_open_starts(self):
        """What this playbook has started."""
        self.ensure_one()
        self.check_access("read")
        action = "customer_tiering_playbook.customer_stage_playbook_start_action"
        return open_list(self.env, action, [("playbook_id", "=", self.id)])

    def action_open_held(self):
        """The customers whom this playbook holds back now."""
        self.ensure_one()
        self.check_access("write")
        action = "customer_tiering_playbook.customer_stage_playbook_start_action"
        held = [("playbook_id", "=", self.id), ("state", "=", "held")]
        return open_list(self.env, action, held, search_default_under_way=0)
