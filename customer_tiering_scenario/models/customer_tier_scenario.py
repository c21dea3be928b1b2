import hashlib
import logging
from datetime import date

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import notification, open_list
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date

from .. import keeping, kept_chunks, result_words, rules_tried
from ..rules_tried import MOVEMENT, Tried

_logger = logging.getLogger(__name__)

# What a person may say about a scenario; the rest is the system's.
CHOSEN = {
    *("name", "program_id", "as_of", "note", "line_ids", "compare_ids"),
    *("keep_until", "promote_only", "wanted_shares", *MOVEMENT),
}
# As many customers are worked out while somebody waits; a year is twelve gradings of each.
LIVE, LIVE_YEAR = 20000, 2000
# Scenarios side by side.
MOST = 4


class CustomerTierScenario(models.Model):
    """Other rules for a programme, tried by officers before they count: who would stand where, what
    it costs, what a year would have been. Administrators apply them.

    Nothing is written to the programme, nor to any customer, until then.
    """

    _name = "customer.tier.scenario"
    _inherit = "customer.tier.input"
    _description = "Tier Scenario"
    _order = "id desc"

    name = fields.Char(required=True)
    program_id = fields.Many2one(
        "customer.tier.program",
        string="Programme",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self._default_program(),
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    as_of = fields.Date(
        help="Only what was dated on or before this day is looked at. Empty: today."
    )
    note = fields.Text()
    state = fields.Selection(
        selection=[("draft", "Tried"), ("applied", "Applied")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )

    # What is tried

    line_ids = fields.One2many("customer.tier.scenario.line", "scenario_id", string="Rules")
    hold_months = fields.Integer(string="Guaranteed For (months)")
    review_every = fields.Selection(
        selection=lambda self: (
            self.env["customer.tier.program"]
            ._fields["review_every"]
            ._description_selection(self.env)
        ),
        string="Review",
    )
    one_level = fields.Boolean(string="One Level at a Time")
    keep_until = fields.Date(
        string="Keep Tiers Until",
        help="Whoever would fall by these rules, now or at a review, keeps the tier until this "
        "day. Who has a tier or a lock set by hand keeps that instead. Empty: nobody.",
    )
    promote_only = fields.Boolean(
        help="Nobody falls by these rules: whoever would, now or at a review, keeps the tier until "
        "somebody takes the lock away. Who has a tier or a lock set by hand keeps that instead.",
    )
    wanted_shares = fields.Char(
        help="About how many percent of the customers each tier is to have, the best tier first. "
        "“Propose Thresholds” looks for round numbers near them, where few customers are.",
    )
    # The rules that the lines were made of: ``digest`` and the present ``movement``.
    rules = fields.Json(string="Rules When Begun", readonly=True, copy=False)
    now_text = fields.Char(string="Now", compute="_compute_now_text")
    change_text = fields.Char(string="What Is Tried", compute="_compute_change_text")
    problem = fields.Char(compute="_compute_results")
    outdated = fields.Text(
        compute="_compute_outdated",
        help="What is different in the programme since the scenario was begun.",
    )

    # What comes of it

    compare_ids = fields.Many2many(
        "customer.tier.scenario",
        "customer_tier_scenario_compare_rel",
        "scenario_id",
        "other_id",
        string="Beside",
        copy=False,
        help="Up to three other scenarios of the programme, to see what each comes to.",
    )
    results = fields.Html(compute="_compute_results", sanitize=False, exportable=False)
    sliders = fields.Html(
        string="Thresholds Among Customers",
        compute="_compute_results",
        sanitize=False,
        exportable=False,
    )
    is_large = fields.Boolean(
        compute="_compute_is_large",
        help="There are so many customers that results are worked out in the background.",
    )
    worked = fields.Json(readonly=True, copy=False)
    work = fields.Selection(
        selection=[("waiting", "Being worked out"), ("failed", "Failed")], readonly=True, copy=False
    )
    last_partner_id = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")

    # What became of it

    applied_on = fields.Datetime(readonly=True, copy=False)
    applied_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    run_ids = fields.One2many("customer.tier.run", "scenario_id", string="Grading", readonly=True)
    undo_id = fields.Many2one(
        "customer.tier.scenario",
        readonly=True,
        copy=False,
        help="A scenario with the rules from before.",
    )

    def _default_program(self):
        """The company's programme, where there is no choice."""
        own = [("company_id", "=", self.env.company.id)]
        programs = self.env["customer.tier.program"].search(own, limit=2)
        return programs if len(programs) == 1 else programs.browse()

    # Computed

    @api.depends("rules", "program_id")
    @api.depends_context("lang")
    def _compute_now_text(self):
        for scenario in self:
            known = (scenario.rules or {}).get("movement")
            scenario.now_text = known and result_words.movement_text(scenario, known)

    @api.depends("line_ids.then", "line_ids.now", "rules", *MOVEMENT)
    @api.depends_context("lang")
    def _compute_change_text(self):
        for scenario in self:
            scenario.change_text = result_words.change_text(scenario)

    def _compute_outdated(self):
        for scenario in self:
            differences = scenario._origin._differences() if scenario.state == "draft" else []
            scenario.outdated = "\n".join(differences) or False

    @api.depends("program_id")
    def _compute_is_large(self):
        for scenario in self:
            scenario.is_large = scenario._customer_count() > LIVE

    @api.depends("last_partner_id", "work")
    def _compute_progress(self):
        for scenario in self:
            scenario.progress = 0
            if scenario.work == "waiting":
                run = self.env["customer.tier.run"].new({})
                run.last_partner_id = scenario.last_partner_id
                done, everybody = run._count_partners()
                scenario.progress = 100 * done / everybody if everybody else 0

    @api.depends(
        "program_id",
        "as_of",
        "keep_until",
        "promote_only",
        "worked",
        "work",
        "state",
        "line_ids.then",
        "compare_ids",
        *MOVEMENT,
    )
    @api.depends_context("lang", "uid")
    def _compute_results(self):
        for scenario in self:
            scenario.results = scenario.problem = scenario.sliders = False
            if not scenario._program():
                continue
            if scenario.state == "applied":
                scenario.results = result_words.kept_results(scenario)
                continue
            scenario.sliders = result_words.sliders(scenario)
            scenario.problem = scenario._problem()
            if not scenario.problem:
                scenario.results = result_words.results(scenario)

    def _program(self):
        """The programme that anything is told of. What somebody types into an unsaved form is no
        right to be told about it, so that it is the one that was saved, or none."""
        saved = self._origin.program_id
        return saved if saved == self.program_id._origin else saved.browse()

    def _customer_count(self):
        """How many customers the programme has, or before its first grading, might have."""
        program = self._program()
        # Customers of other salespeople count like those that the user may open.
        standings = self.env["customer.tier.standing"].sudo()
        if count := standings.search_count([("program_id", "=", program.id)]):
            return count
        customers = [("customer_rank", ">", 0), ("parent_id", "=", False)]
        return self.env["res.partner"].sudo().search_count(customers, limit=LIVE + 1)

    # What is tried, apart from records

    def _tried(self):
        """What the scenario tries: ``rules_tried.Tried``."""
        self.ensure_one()
        known = (self.rules or {}).get("movement", {})
        program = self._program()
        rules = {*program.tier_ids, *program.tier_ids.condition_ids}
        rules |= {*program.indicator_ids, *program.veto_ids}
        return Tried(
            {
                (line.kind, line._record()._origin.id): line.then
                for line in self.line_ids
                if line.is_changed and line._record()._origin in rules
            },
            {name: self[name] for name in MOVEMENT if self[name] != known.get(name)},
            date.max if self.promote_only else self.keep_until or None,
            self._released(),
        )

    def _released(self):
        """Ids of the customers who keep their tier because of the scenario that this one undoes."""
        undone = self._origin and self.sudo().search([("undo_id", "=", self._origin.id)], limit=1)
        return keeping.kept(undone) if undone else ()

    def _kept_until(self):
        """The last day on which whoever would fall keeps the tier, False for none."""
        return not self.promote_only and self.keep_until

    def _all_tried(self):
        """The same of this one and of those beside it."""
        return [scenario._tried() for scenario in [self, *self._beside()]]

    def _beside(self):
        program = self._program()
        others = self.compare_ids._origin - self._origin
        return others.filtered(lambda other: other.program_id == program)[: MOST - 1]

    def _day(self):
        return self.as_of or self.env["customer.tier.gather"]._today(self._program().company_id)

    def _workings(self, margin=True, year=False):
        """:param year: whether the past twelve months will be graded"""
        from ..workings import Workings, year_days

        first = year_days(self._day())[0] if year else None
        return Workings(self._program(), self._day(), margin, first)

    def _key(self):
        """What the results depend on, as text."""
        program = self._program()
        asked = (rules_tried.digest(program.sudo()), self._day(), self._all_tried())
        return hashlib.sha256(repr(asked).encode()).hexdigest()

    def _problem(self):
        """Why nothing can be worked out, in words; empty when it can."""
        program = self._program().sudo()
        today = self.env["customer.tier.gather"]._today(program.company_id)
        if self._day() > today:
            return self.env._(
                "%s lies in the future. Choose today or an earlier day.",
                format_date(self.env, self._day()),
            )
        if self._kept_until() and self.keep_until < today:
            return self.env._(
                "Tiers cannot be kept until %s, which is over. Choose a later day, or none.",
                format_date(self.env, self.keep_until),
            )
        if len(self.compare_ids) > MOST - 1:
            return self.env._("Four scenarios fit side by side. Take some of the others out.")
        for scenario in [self, *self._beside()]:
            if problem := rules_tried.problem(program, scenario._tried()):
                return problem
        first = self.as_of and self._first_day()
        if first and self.as_of < first:
            return self.env._(
                "Nothing was bought by %(day)s: the first order is of %(first)s. Choose a later "
                "day.",
                day=format_date(self.env, self.as_of),
                first=format_date(self.env, first),
            )
        return ""

    def _first_day(self):
        """The day of the first confirmed order of the company."""
        company = self._program().company_id
        self.env.cr.execute(
            SQL(
                "SELECT MIN(date_order) FROM sale_order WHERE state = 'sale' AND company_id = %s",
                company.id,
            )
        )
        (first,) = self.env.cr.fetchone()
        return first and fields.Date.to_date(first)

    # Create, write

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.keys() - CHOSEN for vals in vals_list):
            raise AccessError(self.env._("What comes of a scenario is worked out."))
        rows = []
        for vals in vals_list:
            program = self.env["customer.tier.program"].browse(vals.get("program_id"))
            # Before anything of it is told.
            program.check_access("read")
            name = vals.get("name") or self.env._("Changes to %s", program.name)
            rows.append({**rules_tried.movement(program), **vals, "name": name})
        context = {k: v for k, v in self.env.context.items() if not k.startswith("default_")}
        # Keys are to go, which adding some cannot do.
        plain = self.with_context(context)  # pylint: disable=context-overridden
        scenarios = super(CustomerTierScenario, plain).create(rows).with_env(self.env)
        for scenario in scenarios:
            scenario._take_rules()
            if not scenario.wanted_shares:
                # Asked once.
                domain = [
                    ("program_id", "=", scenario.program_id.id),
                    ("wanted_shares", "!=", False),
                ]
                scenario.wanted_shares = self.search(domain, limit=1).wanted_shares
        return scenarios

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - (CHOSEN - {"program_id"}) - {"id"}:
                raise AccessError(self.env._("What comes of a scenario is worked out."))
            if vals.keys() - {"name", "note"} and "applied" in self.mapped("state"):
                raise UserError(
                    self.env._("This scenario was applied. Copy it to try something else.")
                )
        return super().write(vals)

    def copy(self, default=None):
        """The same tries on the rules of today."""
        copies = super().copy(default)
        for scenario, new in zip(self, copies, strict=True):
            tried = scenario._tried().values
            for line in new.line_ids:
                line.then = tried.get((line.kind, line._record().id), line.now)
        return copies

    def copy_data(self, default=None):
        rows = super().copy_data(default)
        return [
            {**row, "name": self.env._("%s (copy)", scenario.name)}
            for scenario, row in zip(self, rows, strict=True)
        ]

    def _take_rules(self):
        """Have a line for each rule of the programme as it is today; what was tried stays."""
        # Lines are the system's to make.
        scenario = self.sudo()
        program = scenario.program_id
        tried = scenario._tried()
        present = rules_tried.movement(program)
        movement = {**present, **tried.movement} if scenario.rules else {}
        rows = []
        for row in rules_tried.settings(program):
            line = self.env["customer.tier.scenario.line"].sudo().new(row)
            now = line._present()
            key = (line.kind, line._record()._origin.id)
            rows.append({**row, "now": now, "then": tried.values.get(key, now)})
        scenario.write(
            {
                **movement,
                "line_ids": [Command.clear(), *map(Command.create, rows)],
                "rules": {
                    "digest": rules_tried.digest(program),
                    "movement": present,
                    "parts": rules_tried.parts(program),
                },
            }
        )

    @api.constrains("compare_ids")
    def _check_compare(self):
        for scenario in self:
            if wrong := scenario.compare_ids.filtered(
                lambda other, scenario=scenario: other.program_id != scenario.program_id
            ):
                raise ValidationError(
                    self.env._(
                        "“%(other)s” is of another programme. Choose scenarios of “%(program)s”.",
                        other=wrong[0].name,
                        program=scenario.program_id.name,
                    )
                )

    def _try_changes(self, changes):
        """Type some changes, see ``customer.tier.program._plain_changes``."""
        for kind, id_, value in changes:
            if kind in MOVEMENT:
                self[kind] = value
            for line in self.line_ids:
                if (line.kind, line._record().id) == (kind, id_):
                    line.then = value

    def _differences(self):
        """Sentences on what is different in the programme since the lines were made."""
        if not self or not self.rules:
            return []
        # Officers read the whole programme, but not what is frozen of it.
        program = self.program_id.sudo()
        if self.rules["digest"] == rules_tried.digest(program):
            return []
        found = [
            self.env._(
                "%(tier)s%(rule)s instead of %(before)s",
                tier=f"{line.tier_id.display_name} · " if line.tier_id else "",
                rule=line._text(line._present()),
                before=line._number(line.now),
            )
            for line in self.line_ids
            if line._record() and line._present() != line.now
        ]
        known = self.rules["movement"]
        if rules_tried.movement(program) != known:
            found.append(
                self.env._(
                    "%(now)s instead of %(before)s",
                    now=result_words.movement_text(self, rules_tried.movement(program)),
                    before=result_words.movement_text(self, known),
                )
            )
        found += result_words.differences(self, self.rules.get("parts", {}), program)
        return found or [
            self.env._("Other rules, such as bands, vetoes, the filter or the tiers themselves")
        ]

    # What people do

    def action_propose(self):
        """Fill in thresholds by which tiers have about the shares that are wanted."""
        self.ensure_one()
        self.check_access("write")
        program = self._program()
        shares = rules_tried.shares(program.sudo(), self.wanted_shares)
        changes = self._workings(margin=False).proposals(shares)
        if not changes:
            raise UserError(
                self.env._(
                    "No threshold divides the customers so: too many have the same values, or the "
                    "tiers ask for nothing that can be moved. Try other shares."
                )
            )
        self._try_changes(program._plain_changes(changes))

    def action_take_rules(self):
        """Begin from the programme as it is today; what is tried stays."""
        self.check_access("write")
        for scenario in self:
            scenario._take_rules()

    def action_open_customers(self, column, view, key):
        """The customers whom a number on the screen counts.

        :param column: 0 for this scenario, or the number of the one beside it; -1 for the present
            rules
        :param view, key: see ``grading.whatif.who``; ``year`` with what ``who_in_year`` asks for
        """
        self.ensure_one()
        self.check_access("read")
        columns = [self, *self._beside()]
        try:
            tried = Tried() if column == -1 else columns[column]._tried()
            if view == "year":
                ids = self._workings(year=True).who_in_year(tried, *key)
            else:
                ids = self._workings().who(tried, view, *key)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            raise UserError(self.env._("There is nothing to open.")) from None
        domain = Domain("company_id", "=", self.company_id.id) & Domain("partner_id", "in", ids)
        action = open_list(self.env, "customer_tiering.customer_tier_standing_action", domain)
        return {**action, "name": self.env._("Customers behind the number")}

    def action_read_again(self):
        """Look at the customers anew."""
        self.check_access("read")
        kept_chunks.forget(self.env.cr.dbname)

    def action_work_out(self):
        """Have a long one worked out in the background."""
        self.check_access("write")
        for scenario in self.sudo():
            if problem := scenario._problem():
                raise UserError(problem)
            scenario._queue(year=False)
        return self._begun()

    def action_play_year(self):
        """Grade the past twelve months by both rules."""
        self.check_access("write")
        for scenario in self:
            if problem := scenario._problem():
                raise UserError(problem)
        large = self.filtered(lambda s: s._customer_count() > LIVE_YEAR)
        for scenario in self - large:
            workings = scenario._workings(year=True)
            found = workings.year(scenario._all_tried())
            kept = {**(scenario.worked or {}), "years": [one.to_json() for one in found]}
            scenario.sudo().worked = {**kept, "year_key": scenario._key()}
        for scenario in large:
            scenario.sudo()._queue(year=True)
        return large._begun() if large else None

    def _begun(self):
        self.env.ref("customer_tiering_scenario.ir_cron_work_out").sudo()._trigger()
        return notification(
            self.env._("It begins within a minute. You will be told when it is done."), "info"
        )

    def action_refresh(self):
        """Show how far it is: the form reads the record again."""
        self.check_access("read")
        return True

    @api.autovacuum
    def _gc_kept_chunks(self):
        kept_chunks.forget_old(kept_chunks.folder(self.env.cr.dbname))

    # The job

    def _queue(self, year):
        self.write(
            {
                "work": "waiting",
                "last_partner_id": 0,
                "worked": {"asked": self._key(), "with_year": year, "asker": self.env.uid},
            }
        )

    @api.model
    def _cron_work_out(self):
        """Work out what waits, chunk by chunk, each committed; whatever is left is taken up by the
        next call."""
        Cron = self.env["ir.cron"]
        waiting = self.search([("work", "=", "waiting")], order="id")
        time_left = Cron._commit_progress(remaining=len(waiting))
        for position, scenario in enumerate(waiting, start=1):
            later = len(waiting) - position
            while time_left and scenario.work == "waiting":
                try:
                    scenario._work_chunk()
                except TransactionRollbackError:
                    # Somebody else was at it: with the next call.
                    self.env.cr.rollback()
                    return
                except Exception:
                    self.env.cr.rollback()
                    _logger.exception("Scenario %s cannot be worked out", scenario.id)
                    scenario.work = "failed"
                more = scenario.work == "waiting"
                time_left = Cron._commit_progress(1, remaining=more + later)
            if not time_left:
                return

    def _work_chunk(self):
        """Add what comes of the next chunk of customers."""
        from odoo.addons.customer_tiering.grading.whatif import Comparison, Year

        self.ensure_one()
        if self.worked["asked"] != self._key():
            # Somebody tries something else by now, or the programme has changed: from the start.
            asker = self.worked["asker"]
            self._queue(self.worked["with_year"])
            self.worked = {**self.worked, "asker": asker}
        workings = self._workings(year=self.worked["with_year"])
        tried = self._all_tried()
        policies = [workings.policy(one) for one in tried]
        high, more, chunk = workings.step(self.last_partner_id)
        worked = dict(self.worked)
        if chunk is not None:
            found = workings.compare_chunk(chunk, tried, policies)
            worked["parts"] = _added(Comparison, worked.get("parts"), found)
            if worked["with_year"]:
                played = [workings.year_of(chunk, p) for p in (workings.present, *policies)]
                worked["year_parts"] = _added(Year, worked.get("year_parts"), played)
        if not more:
            worked["comparisons"], worked["key"] = worked.pop("parts", []), worked["asked"]
            if worked["with_year"]:
                worked["years"], worked["year_key"] = worked.pop("year_parts", []), worked["key"]
        self.write({"worked": worked, "last_partner_id": high, "work": more and "waiting"})
        if not more:
            self._tell_asker(worked["asker"])

    def _tell_asker(self, user_id):
        user = self.env["res.users"].browse(user_id).exists()
        said = self.with_context(lang=user.lang)
        message = said.env._("“%s” is worked out.", said.name)
        user._bus_send("simple_notification", {"type": "success", "message": message})

    # Applying

    def action_apply(self):
        """Write the rules into the programme and grade everybody by them."""
        self.ensure_one()
        # What is promised is of this moment.
        kept_chunks.forget(self.env.cr.dbname)
        program = self.program_id
        # Officers try, managers apply.
        program.check_access("write")
        self._refuse_apply()
        tried = self._tried()
        if tried.released:
            keeping.release(self, tried.released)
        if tried.keep_until:
            keeping.keep(self, self._workings(margin=False).keeps(tried))
        predicted = self._predictable() and self._workings().compare([tried])
        undo = self._undo(tried)
        rules_tried.write(program, tried)
        run = self.env["customer.tier.run"].create({"company_id": program.company_id.id})
        run.sudo().scenario_id = self
        values = {
            "state": "applied",
            "applied_on": fields.Datetime.now(),
            "applied_by_id": self.env.uid,
            "undo_id": undo.id,
            "work": False,
        }
        if predicted:
            kept = {"comparisons": [one.to_json() for one in predicted[:1]]}
            values["worked"] = {**(self.worked or {}), **kept}
        # The rest of a scenario is the system's.
        self.sudo().write(values)
        undo._take_rules()
        return self._grade(run)

    def _predictable(self):
        return not self.is_large

    def _grade(self, run):
        """Grade at once, or hand a long one to the nightly job."""
        if self.is_large:
            run.sudo()._start()
            self.env.ref("customer_tiering.ir_cron_grade").sudo()._trigger()
            return self._begun()
        run.action_run()
        then = {"type": "ir.actions.client", "tag": "soft_reload"}
        return run._notification(then=then)

    def _refuse_apply(self):
        """
        :raise UserError: where what is applied would not be what was tried
        """
        # Two people: the second one waits here, and begins anew by what the first one left.
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT id FROM customer_tier_program WHERE id = %s FOR UPDATE", self.program_id.id)
        )
        self.env["customer.tier.pipeline"]._lock_or_refuse(self.company_id)
        if self.state == "applied":
            raise UserError(
                self.env._(
                    "“%(name)s” was applied already, by %(user)s.",
                    name=self.name,
                    user=self.sudo().applied_by_id.name,
                )
            )
        if differences := self._differences():
            raise UserError(
                self.env._(
                    "Programme “%(program)s” has changed since this was begun:\n%(differences)s\n"
                    "Take its rules over under “Begin From Today's Rules”, look again at what "
                    "comes of it, and apply it then.",
                    program=self.program_id.name,
                    differences="\n".join(f"– {text}" for text in differences),
                )
            )
        if problem := self._problem():
            raise UserError(problem)
        today = self.env["customer.tier.gather"]._today(self.company_id)
        if self.as_of and self.as_of != today:
            raise UserError(
                self.env._(
                    "This looks at %s. Empty the day, look at what would come of it today, and "
                    "apply it then.",
                    format_date(self.env, self.as_of),
                )
            )
        tried = self._tried()
        if not tried.values and not tried.movement:
            raise UserError(self.env._("Nothing is changed. Type what you want to try first."))

    def _undo(self, tried):
        """A scenario with the rules from before, made before they are gone."""
        undo = self.create(
            {
                "program_id": self.program_id.id,
                "name": self.env._("Undo: %s", self.name),
                **rules_tried.movement(self.program_id),
            }
        )
        # What stands there now is what is tried against the rules that come.
        for line in undo.sudo().line_ids:
            key = (line.kind, line._record().id)
            line.now = tried.values.get(key, line.now)
        undo.sudo().rules = {
            **undo.rules,
            "movement": {**undo.rules["movement"], **tried.movement},
        }
        return undo

    def action_open_undo(self):
        self.ensure_one()
        self.check_access("read")
        return self.undo_id.get_formview_action()

    def action_open_run(self):
        self.ensure_one()
        self.check_access("read")
        return self.run_ids[:1].get_formview_action()


def _added(kind, kept, found):
    """Sums so far as plain values, with those of one more chunk."""
    so_far = [kind.from_json(one) for one in kept or []] or [kind() for _one in found]
    return [one.merge(more).to_json() for one, more in zip(so_far, found, strict=True)]
