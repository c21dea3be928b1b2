import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import open_dialog, open_list, without_mails
from odoo.exceptions import AccessError, UserError

from .. import advice_words
from ..company_findings import CompanyFindings

_logger = logging.getLogger(__name__)

CODES = {
    "thin": ("A tier with hardly anybody in it", "customer.tier"),
    "swollen": ("A tier with nearly everybody in it", "customer.tier"),
    "cliff": ("Many just miss a tier", "customer.tier"),
    "heap": ("Many exactly on a threshold", "customer.tier"),
    "flapping": ("Customers go up and down", None),
    "correlated": ("Indicators that say the same", "customer.tier.indicator"),
    "never_veto": ("A veto that stops nobody", "customer.tier.veto"),
    "never_entry": ("An entry rule for nobody", "customer.tier.entry.rule"),
    "dead_discount": ("A discount that buys nothing", "customer.tier"),
    "drift": ("The best tier has grown or shrunk", "customer.tier"),
    "uncovered": ("Revenue of customers in no tier", None),
    "unbalanced": ("A salesperson with far more customers", "res.users"),
    "never_rule": ("A reminder rule for nobody", "customer.reminder.rule"),
    "never_playbook": ("A playbook for nobody", "customer.stage.playbook"),
    "no_effect": ("Reminders without an effect", "customer.reminder.rule"),
    "no_effect_playbook": ("A playbook without an effect", "customer.stage.playbook"),
    "no_effect_win_back": ("Win-backs without an effect", None),
    "unread": ("Messages that nobody answers", "customer.reminder.rule"),
    "pestered": ("Messages that wait for others", "customer.reminder.rule"),
}
# What is opened itself where nothing can be tried.
OPENED = {"customer.reminder.rule", "customer.stage.playbook"}
# Days from one look at a programme to the next, and until what was dismissed comes back.
EVERY, AGAIN = 7, 90
# Of the greatest, so many are in the to-do of a quarter.
TOLD = 3
# What was dismissed comes back sooner when it has grown so much.
GROWN = 1.5


class CustomerTierAdvice(models.Model):
    """Something to look at in how a programme does, found after gradings: what, what to do, and
    often a change to try. Officers dismiss what is not for them, with a reason."""

    _name = "customer.tier.advice"
    _inherit = "customer.tier.input"
    _description = "Advice on a Tier Programme"
    _order = "state desc, size desc, id"
    _rec_name = "what"

    program_id = fields.Many2one(
        "customer.tier.program",
        string="Programme",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    code = fields.Selection(
        selection=[(code, name) for code, (name, _model) in CODES.items()],
        string="Kind",
        required=True,
        readonly=True,
    )
    subjects = fields.Json(readonly=True, help="Ids of the records that it speaks of.")
    size = fields.Float(readonly=True, aggregator=None)
    numbers = fields.Json(readonly=True)
    changes = fields.Json(readonly=True)
    can_try = fields.Boolean(compute="_compute_can_try")
    what = fields.Text(string="What Was Found", compute="_compute_words")
    remedy = fields.Text(string="What to Do", compute="_compute_words")
    found_on = fields.Date(string="Last Found", readonly=True)
    state = fields.Selection(
        selection=[("dismissed", "Dismissed"), ("open", "Open")],
        default="open",
        required=True,
        readonly=True,
    )
    reason = fields.Char(string="Why It Is Not for Us")
    dismissed_on = fields.Date(readonly=True)
    dismissed_size = fields.Float(readonly=True, aggregator=None)

    @api.depends("changes")
    def _compute_can_try(self):
        for advice in self:
            advice.can_try = bool(advice.changes)

    @api.depends("code", "subjects", "numbers")
    @api.depends_context("lang")
    def _compute_words(self):
        for advice in self:
            # Of what is saved: what somebody types is no right to be told about it.
            said = advice._origin
            advice.what, advice.remedy = advice_words.sentences(said) if said else ("", "")

    def _records(self):
        """The records that it speaks of."""
        model = CODES[self.code][1]
        # The addon of what it speaks of may be gone.
        if not model or model not in self.env:
            return self.browse()
        records = self.env[model].with_context(active_test=False)
        return records.browse(self.subjects).exists()

    def write(self, vals):
        if not self.env.su and vals.keys() - {"reason", "id"}:
            raise AccessError(self.env._("Advice is found; only a reason can be typed."))
        return super().write(vals)

    # What people do

    def action_try(self):
        """A scenario with what is advised."""
        self.ensure_one()
        self.check_access("read")
        if not self.changes:
            raise UserError(self.env._("There is nothing that a scenario could try."))
        action = self.program_id.action_try_changes()
        scenario = self.env["customer.tier.scenario"].browse(action["res_id"])
        scenario._try_changes(self.changes)
        scenario.name = self.what
        return {**action, "name": scenario.name}

    def action_open_subject(self):
        """What there is to change where no scenario can try it: the rule, the customers, or else
        the programme."""
        self.ensure_one()
        self.check_access("read")
        customers = {"uncovered": self._uncovered_domain, "unbalanced": self._owned_domain}
        if self.code in customers:
            action = "account.res_partner_action_customer"
            return open_list(self.env, action, customers[self.code]())
        if self.code == "no_effect_win_back" and "customer.reminder.effect" in self.env:
            action = "customer_tiering_reorder.customer_reminder_effect_action"
            domain = [("company_id", "=", self.company_id.id), ("kind", "=", "win_back")]
            return open_list(self.env, action, domain)
        records = self._records()
        if CODES[self.code][1] in OPENED and records:
            return records[0].get_formview_action()
        return self.program_id.get_formview_action()

    def _uncovered_domain(self):
        """Customers with an order in the last year and no tier."""
        today = self.env["customer.tier.gather"]._today(self.company_id)
        ids = CompanyFindings(self.env, self.company_id, today).uncovered_ids()
        return [("id", "in", ids)]

    def _owned_domain(self):
        """Customers of the pool whom the salesperson looks after."""
        today = self.env["customer.tier.gather"]._today(self.company_id)
        user_id, pool = (self.subjects or [0])[0], (self.numbers or [])[2:4]
        findings = CompanyFindings(self.env, self.company_id, today)
        return [("id", "in", findings.owned_ids(user_id, *pool))]

    def action_ask_dismiss(self):
        """Ask why it is not for the company."""
        self.ensure_one()
        self.check_access("read")
        return open_dialog(self, self.env._("Not for Us"))

    def action_dismiss(self):
        """Say no more of it, until it has grown or a quarter is over."""
        self.check_access("write")
        for advice in self:
            if not (advice.reason or "").strip():
                raise UserError(self.env._("Say why it is not for you, so that colleagues know."))
            today = self.env["customer.tier.gather"]._today(advice.company_id)
            # Anything but the reason is the system's to write.
            advice.sudo().write(
                {"state": "dismissed", "dismissed_on": today, "dismissed_size": advice.size}
            )
        return {"type": "ir.actions.act_window_close"}

    # Looking

    @api.model
    def _cron_advise(self):
        """Look at programmes that nobody has looked at for a week, one after the other."""
        Cron = self.env["ir.cron"]
        due = self._due_programs()
        time_left = Cron._commit_progress(remaining=len(due))
        for position, program in enumerate(due, start=1):
            if not time_left:
                return
            try:
                with self.env.cr.savepoint():
                    self._look_at(program)
            except Exception:
                _logger.exception("No advice on programme %s", program.id)
            time_left = Cron._commit_progress(1, remaining=len(due) - position)

    @api.model
    def _due_programs(self):
        programs = self.env["customer.tier.program"].search([("first_graded_on", "!=", False)])
        today = self.env["customer.tier.gather"]._today
        latest = {
            program: today(program.company_id) - timedelta(days=EVERY) for program in programs
        }
        return programs.filtered(lambda p: not p.advised_on or p.advised_on <= latest[p])

    @api.model
    def _look_at(self, program):
        """Bring the advice on a programme up to date."""
        from ..workings import Workings, year_days

        today = self.env["customer.tier.gather"]._today(program.company_id)
        workings = Workings(program, today, first=year_days(today)[0])
        found = workings.findings(program._note_rules(today))
        if program == program._for_company(program.company_id)[:1]:
            company = program.company_id
            found += CompanyFindings(self.sudo().env, company, today, workings).all()
        self._keep(program, found, today)
        self._ask(program, today)
        program.advised_on = today

    @api.model
    def _ask(self, program, today):
        """Once a quarter, have whoever is responsible look at what matters most."""
        last = program.advised_todo_on
        if last and today < last + timedelta(days=AGAIN):
            return
        domain = [("program_id", "=", program.id), ("state", "=", "open")]
        advice = self.search(domain, order="size desc, id", limit=TOLD)
        if not advice:
            return
        user = program.sudo()._responsible()
        said = advice.with_context(lang=user.lang or self.env.lang)
        program.advised_todo_on = today
        run = self.env["customer.tier.run"].sudo()
        run = run.search(
            [("company_id", "=", program.company_id.id), ("state", "=", "done")], limit=1
        )
        if run:
            without_mails(run).activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=today + timedelta(days=7),
                user_id=user.id,
                # It is about the programme; what a grading leaves to decide is another to-do.
                automated=False,
                summary=said.env._("How %s does", said[0].program_id.name),
                note=Markup("<ul>%s</ul>")
                % Markup().join(Markup("<li>%s %s</li>") % (one.what, one.remedy) for one in said),
            )

    @api.model
    def _keep(self, program, found, today):
        known = {
            (advice.code, tuple(advice.subjects or ())): advice
            for advice in self.search([("program_id", "=", program.id)])
        }
        for one in found:
            vals = {
                "size": one.size,
                "numbers": list(one.values),
                "changes": program._plain_changes(one.changes),
                "found_on": today,
            }
            advice = known.pop((one.code, one.ids), None)
            if not advice:
                self.create(
                    {
                        "program_id": program.id,
                        "code": one.code,
                        "subjects": list(one.ids),
                        **vals,
                    }
                )
                continue
            if advice.state == "dismissed" and (
                one.size >= GROWN * advice.dismissed_size
                or today >= advice.dismissed_on + timedelta(days=AGAIN)
            ):
                vals |= {"state": "open", "reason": False}
            advice.write(vals)
        # What is mended needs no advice; dismissed or not.
        self.browse([advice.id for advice in known.values()]).unlink()
