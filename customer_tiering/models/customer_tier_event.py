from collections import Counter, defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from .. import messages
from ..bulk_fields import BulkMany2one
from ..direction import direction_sql
from ..explain import benefits
from ..explain.needed import Needed
from ..explain.noted import Noted, NotedNeeds
from ..reader_fields import ReaderInteger, ReaderMany2one
from ..tools import error_text, may_follow, notification, savepoint_each
from .customer_tier_event_rule import HELD, KINDS, PROMOTED
from .customer_tier_staged import STAGES

# A second's work: a killed job loses no more, and nobody waits longer for what it has locked.
SLICE_SIZE = 25
# Events of runs that go on wait: only at the end it shows whether there are too many.
DUE = SQL(
    "FROM customer_tier_event e LEFT JOIN customer_tier_run r ON r.id = e.run_id "
    "WHERE e.state = 'new' AND r.state IS DISTINCT FROM 'running'"
)


class CustomerTierEvent(models.Model):
    """Queue and log of messages about changes of tier or stage and about coming demotions: which
    there are, what they say, and the job that sends them by the rules of the programme.

    Rows come with the change, in the same transaction, and are worked off later; ``change_id``
    makes sure that nothing is told twice.
    """

    _name = "customer.tier.event"
    _inherit = "customer.tier.input"
    _description = "Message about a Tier Change"
    _order = "id desc"
    _rec_name = "partner_id"
    # Rows come by the hundred thousand.
    _log_access = False

    standing_id = fields.Many2one(
        "customer.tier.standing", required=True, ondelete="cascade", readonly=True, index=True
    )
    partner_id = ReaderMany2one(related="standing_id.partner_id", string="Customer")
    salesperson_id = ReaderMany2one(related="standing_id.partner_id.user_id", string="Salesperson")
    company_id = BulkMany2one("res.company", required=True, readonly=True)
    program_id = BulkMany2one("customer.tier.program", string="Programme", readonly=True)
    kind = fields.Selection(
        selection=[*KINDS, ("stage", "Other stage")], string="What", required=True, readonly=True
    )
    change_id = BulkMany2one(
        "customer.tier.change", readonly=True, help="The line of history; a notice has none."
    )
    run_id = fields.Many2one(
        "customer.tier.run",
        string="Grading Run",
        ondelete="set null",
        readonly=True,
        index="btree_not_null",
    )
    from_tier_id = BulkMany2one(
        "customer.tier",
        string="Tier Before",
        readonly=True,
        help="The tier of which the customer was told last; of a notice the one that is held.",
    )
    to_tier_id = BulkMany2one(
        "customer.tier",
        string="Tier After",
        readonly=True,
        help="Of a notice what the figures asked for on that day.",
    )
    from_color = ReaderInteger(
        related="from_tier_id.color", string="Color Before", exportable=False
    )
    to_color = ReaderInteger(related="to_tier_id.color", string="Color After", exportable=False)
    from_stage = fields.Selection(STAGES, string="Stage Before", readonly=True)
    to_stage = fields.Selection(STAGES, string="Stage After", readonly=True)
    date = fields.Date(required=True, readonly=True)
    decision_date = fields.Date(
        string="Lost On",
        readonly=True,
        help="Of a notice: the first review that may take the tier.",
    )
    state = fields.Selection(
        selection=[
            ("new", "Waiting"),
            ("held", "Held"),
            ("done", "Done"),
            ("overtaken", "Overtaken"),
            ("discarded", "Discarded"),
            ("failed", "Failed"),
        ],
        string="Status",
        required=True,
        default="new",
        readonly=True,
        help="Held messages wait until an officer tells or discards them. Overtaken ones were no "
        "longer true when their turn came.",
    )
    done_on = fields.Datetime(readonly=True)
    note_id = fields.Many2one(
        "mail.message", ondelete="set null", readonly=True, index="btree_not_null"
    )
    activity_id = fields.Many2one(
        "mail.activity", ondelete="set null", readonly=True, index="btree_not_null"
    )
    mail_id = fields.Many2one(
        "mail.mail", ondelete="set null", readonly=True, index="btree_not_null"
    )
    mail_result = fields.Selection(
        selection=[
            ("sent", "Written"),
            ("no_address", "No e-mail address"),
            ("blacklisted", "On the blacklist"),
            ("archived", "Template is archived"),
            ("withdrawn", "Withdrawn before it was sent"),
            ("not_told", "Was not written to before"),
        ],
        string="E-Mail",
        readonly=True,
        help="Empty where no rule asks for one.",
    )
    error = fields.Char(string="Problem", readonly=True)

    # What is said about it, in the reader's language

    headline = fields.Char(compute="_compute_headline")
    needed = fields.Text(
        compute="_compute_needed",
        exportable=False,
        help="Of a notice: what today's figures lack to keep the tier, a line for each; empty "
        "where something else stands in the way.",
    )
    benefits = fields.Html(
        compute="_compute_benefits",
        sanitize=False,
        exportable=False,
        help="What the tier gives the customer, or would go on giving.",
    )
    sender_id = fields.Many2one(
        "res.users",
        compute="_compute_sender_id",
        exportable=False,
        help="Whose name an e-mail to the customer bears: the salesperson's who still works in the "
        "company; else it is written by the company.",
    )

    # A line of history may be a change of both.
    _change_unique = models.UniqueIndex(
        "(change_id, (kind = 'stage')) WHERE change_id IS NOT NULL",
        "A change of tier or stage is told once.",
    )
    _queue_idx = models.Index("(state, id) WHERE state IN ('new', 'held', 'failed')")

    def write(self, vals):
        if vals and not self.env.su:
            raise AccessError(
                self.env._("Messages about tiers are not edited. Tell them, or discard them.")
            )
        return super().write(vals)

    # What is said

    @api.depends("salesperson_id.active", "salesperson_id.company_ids", "company_id")
    def _compute_sender_id(self):
        for event in self:
            user = event.sudo().salesperson_id
            works = user.active and event.company_id in user.company_ids
            event.sender_id = works and user

    @api.depends("kind", "from_tier_id", "to_tier_id", "from_stage", "to_stage", "decision_date")
    @api.depends_context("lang")
    def _compute_headline(self):
        for event in self:
            words = {
                "before": event.from_tier_id.display_name or self.env._("no tier"),
                "after": event.to_tier_id.display_name or self.env._("no tier"),
                "day": format_date(self.env, event.decision_date),
            }
            known = may_follow(event, "from_tier_id", "to_tier_id")
            event.headline = known and event._headline(words)

    def _headline(self, words):
        if self.kind == "stage":
            return self._stage_headline()
        if self.kind == "first":
            return self.env._("First tier: %(after)s", **words)
        if self.kind == "up":
            return self.env._("Promoted from %(before)s to %(after)s", **words)
        if self.kind == "down":
            return self.env._("Demoted from %(before)s to %(after)s", **words)
        if self.kind == "correction":
            return self.env._("Corrected from %(before)s to %(after)s", **words)
        if self.kind == "out":
            return self.env._("No tier any more, was %(before)s", **words)
        if self.kind == "switch":
            return self.env._("Other programme: from %(before)s to %(after)s", **words)
        if words["day"]:
            return self.env._("May lose %(before)s on %(day)s", **words)
        return self.env._("May lose %(before)s soon", **words)

    def _stage_headline(self):
        names = dict(self._fields["to_stage"]._description_selection(self.env))
        if not self.from_stage:
            return self.env._("Stage: %s", names.get(self.to_stage, ""))
        return self.env._(
            "Stage: from %(before)s to %(after)s",
            before=names[self.from_stage],
            after=names.get(self.to_stage, ""),
        )

    @api.depends("kind", "from_tier_id", "standing_id.policy_id", "standing_id.numbers")
    @api.depends_context("lang")
    def _compute_needed(self):
        for event in self:
            told = event.kind == "notice" and may_follow(event, "standing_id", "from_tier_id")
            event.needed = "\n".join(event._needs(Needed) if told else [])

    @api.depends("kind", "from_tier_id", "to_tier_id", "standing_id")
    @api.depends_context("lang")
    def _compute_benefits(self):
        for event in self:
            tier = event.from_tier_id if event.kind == "notice" else event.to_tier_id
            known = may_follow(event, "standing_id", "from_tier_id", "to_tier_id")
            told = known and benefits.of_tier(tier, "on_portal", event.sudo().partner_id)
            event.benefits = told and benefits.listed(self.env, told, plain=True)

    def _customer_page_url(self):
        """Hook for e-mails: where the customer reads about the own tier; an addon with such a page
        gives its address. Empty where there is none."""
        return ""

    def _needs(self, words):
        """What today's figures lack to keep the tier, a line for each.

        :param words: a kind of ``Needed``
        """
        explained = self._explained(words)
        return explained.to_stay(self.from_tier_id.id) if explained else []

    def _explained(self, words):
        """The customer's grading of today in words.

        :param words: a kind of ``Explained``
        """
        self.ensure_one()
        standing = self.standing_id.sudo()
        policy = standing.policy_id.exists()
        return policy and words(standing, policy.rules, policy._values(standing.numbers))

    def _task(self):
        """What an activity about it is called: what there is to do."""
        words = {
            "before": self.from_tier_id.display_name or self.env._("no tier"),
            "after": self.to_tier_id.display_name or self.env._("no tier"),
            "day": format_date(self.env, self.decision_date),
        }
        if self.kind == "down":
            return self.env._("Call: demoted from %(before)s to %(after)s", **words)
        if self.kind == "out":
            return self.env._("Call: no tier any more, was %(before)s", **words)
        if self.kind == "notice" and self.decision_date:
            return self.env._("Call: may lose %(before)s on %(day)s", **words)
        if self.kind == "notice":
            return self.env._("Call: may lose %(before)s soon", **words)
        if self.kind == "up":
            return self.env._("Congratulate: promoted from %(before)s to %(after)s", **words)
        if self.kind == "correction":
            return self.env._("Tell the customer: corrected from %(before)s to %(after)s", **words)
        return self.headline

    def _to_do(self):
        """What there is to do about it, as HTML for the activity."""
        words = {"before": self.from_tier_id.display_name, "after": self.to_tier_id.display_name}
        texts = {
            "down": self.env._(
                "Call the customer: ask what has changed and whether something went wrong. Say "
                "what leads back to %(before)s and what %(after)s still gives, and offer what fits "
                "the next order.",
                **words,
            ),
            "out": self.env._(
                "Call the customer: ask what has changed and whether something went wrong. Say "
                "what leads back to %(before)s, and offer a small order to begin with.",
                **words,
            ),
            "notice": self.env._(
                "Call the customer before it is decided: say what keeps %(before)s, ask what is "
                "planned, and offer to prepare the order.",
                **words,
            ),
            "up": self.env._(
                "Congratulate the customer, say what %(after)s gives from now on, and offer it "
                "with the next order.",
                **words,
            ),
            "first": self.env._(
                "Welcome the customer, say what %(after)s gives, and ask what is needed next.",
                **words,
            ),
            "switch": self.env._(
                "Tell the customer that %(after)s takes the place of %(before)s, and what it "
                "gives.",
                **words,
            ),
            "correction": self._to_do_correction(words),
        }
        text = texts.get(self.kind)
        return Markup("<p>%s</p>") % text if text else Markup()

    def _to_do_correction(self, words):
        if not self.to_tier_id:
            return self.env._(
                "Tell the customer that %(before)s was taken back, as orders behind it were "
                "cancelled, changed or credited. Take back what was promised for it.",
                **words,
            )
        return self.env._(
            "Tell the customer that %(before)s was taken back, as orders behind it were cancelled, "
            "changed or credited, and what %(after)s gives. Take back what was promised for "
            "%(before)s.",
            **words,
        )

    def _details(self):
        """Why, or what is needed to stay, and the way to the figures, as HTML for colleagues."""
        self.ensure_one()
        return self._reason() + Markup('<p><a href="%s">%s</a></p>') % (
            f"/odoo/action-customer_tiering.customer_tier_standing_action/{self.standing_id.id}",
            self.env._("Open the grading"),
        )

    def _reason(self):
        if self.kind == "notice":
            lines = self._needs(NotedNeeds)
            if not lines:
                return Markup()
            items = Markup("").join(Markup("<li>%s</li>") % line for line in lines)
            intro = self.env._("Needed to keep %s:", self.from_tier_id.display_name)
            return Markup("<p>%s</p><ul>%s</ul>") % (intro, items)
        explained = self.to_tier_id and self._explained(Noted)
        told = [self._undone()] if self.kind == "correction" else []
        told += [explained.why()] if explained else []
        return Markup("").join(Markup("<p>%s</p>") % line for line in told if line)

    def _undone(self):
        undone = self.change_id.undone
        if not undone:
            return ""
        return self.env._(
            "%s rested on orders that were cancelled, changed, moved or credited since.", undone
        )

    # What people decide

    def action_tell(self):
        """Show what telling these would come to, and ask."""
        held = self._deciding(
            "held",
            self.env._("None of these is held, so there is nothing to decide. Reload the list."),
        )
        return self.env["customer.tier.tell"]._open(events=held)

    def action_discard(self):
        """Tell nobody about these."""
        open_ones = self._deciding(
            ("new", "held", "failed"),
            self.env._("All of these are told or dropped already. Reload the list."),
        )
        open_ones._decide("discarded")
        return notification(self.env._("Messages discarded: %s.", len(open_ones)))

    def action_retry(self):
        """Put what failed into the queue again."""
        failed = self._deciding(
            "failed", self.env._("None of these failed, so there is nothing to try again.")
        )
        failed._decide("new")
        return notification(self.env._("Messages that wait to be told again: %s.", len(failed)))

    def action_open_standing(self):
        """The grading behind the message."""
        self.ensure_one()
        return self.standing_id.get_formview_action()

    def _deciding(self, states, complaint):
        """Those of these in some states, for somebody who may decide about them."""
        self.check_access("write")
        states = (states,) if isinstance(states, str) else states
        found = self.exists().filtered(lambda event: event.state in states)
        if not found:
            raise UserError(complaint)
        return found

    def _decide(self, state):
        """Give events to the queue, or take them out of it."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE customer_tier_event SET state = %s, done_on = %s, error = NULL "
                "WHERE id = ANY(%s)",
                state,
                None if state == "new" else fields.Datetime.now(),
                self.ids,
            )
        )
        self.env.invalidate_all(flush=False)
        if state == "new":
            self._trigger_job()
        for runs in self.sudo().run_id.grouped("company_id").values():
            runs[0]._close_answered()

    # The queue

    @api.model
    def _last_id(self):
        """Id of the last event; others do not show before this transaction ends."""
        self.env.cr.execute("SELECT COALESCE(MAX(id), 0) FROM customer_tier_event")
        return self.env.cr.fetchone()[0]

    @api.model
    def _settle(self, company, condition, ask=False):
        """Let what was just queued go, or hold it where it is more than the company tells without
        asking.

        :param condition: ``SQL`` that selects it
        :param ask: hold it however little it is
        """
        if not self.env["customer.tier.store"]._wants_stages(company):
            self._release_or_hold(company, condition, ask)
            return
        # Too many changes of stage do not hold those of tiers, nor the other way round.
        for kind in (SQL("kind <> 'stage'"), SQL("kind = 'stage'")):
            self._release_or_hold(company, SQL("%s AND %s", condition, kind), ask)

    @api.model
    def _release_or_hold(self, company, condition, ask):
        self.env.flush_all()
        fresh = SQL("company_id = %s AND state = 'new' AND %s", company.id, condition)
        self.env.cr.execute(SQL("SELECT COUNT(*) FROM customer_tier_event WHERE %s", fresh))
        count = self.env.cr.fetchone()[0]
        if count and (ask or count > company.sudo().customer_tier_tell_limit):
            self.env.cr.execute(
                SQL("UPDATE customer_tier_event SET state = 'held' WHERE %s", fresh)
            )
            self.env.invalidate_all(flush=False)
        elif count:
            self._trigger_job()

    def _matched_tier(self):
        """The tier that rules ask for."""
        self.ensure_one()
        return self.from_tier_id if self.kind in HELD else self.to_tier_id or self.from_tier_id

    @api.model
    def _trigger_job(self):
        """Let the job begin as soon as this transaction is committed."""
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id("customer_tiering.ir_cron_tell")
        if cron_id:
            self.env["ir.cron"].sudo().browse(cron_id)._trigger()

    @api.model
    def _cron_tell(self):
        """Work off the queue, as far as the time goes."""
        Cron = self.env["ir.cron"]
        remaining = self._count_due()
        time_left = Cron._commit_progress(remaining=remaining)
        while remaining and time_left:
            done = self._tell_slice()
            # Without any, somebody is deciding about the rest at this moment.
            remaining = self._count_due() if done else 0
            time_left = Cron._commit_progress(done, remaining=remaining)

    @api.model
    def _count_due(self):
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT COUNT(*) %s", DUE))
        return self.env.cr.fetchone()[0]

    @api.model
    def _tell_slice(self):
        """Work off the oldest events.

        :return: how many
        """
        self.env.cr.execute(
            SQL(
                "SELECT e.id %s ORDER BY e.id LIMIT %s FOR UPDATE OF e SKIP LOCKED", DUE, SLICE_SIZE
            )
        )
        events = self.browse([id_ for (id_,) in self.env.cr.fetchall()])
        if events:
            events._supersede()
            events.filtered(lambda event: event.state == "new")._tell()
        return len(events)

    # What is still true

    def _supersede(self):
        """Drop what is no longer true about the customers of these events, and whatever a later
        event of the same customer says better; that one then tells of the whole way from the
        tier that was told last. Who went up and down again hears nothing."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH pending AS (
                    SELECT e.id, e.standing_id, e.kind, e.to_tier_id, e.to_stage,
                           FIRST_VALUE(e.from_stage) OVER w AS told_stage,
                           CASE WHEN e.kind = 'notice' THEN e.from_tier_id
                                ELSE FIRST_VALUE(e.from_tier_id) OVER w END AS told_id,
                           LEAD(e.id) OVER w AS later_id
                      FROM customer_tier_event e
                     WHERE e.state IN ('new', 'held')
                       AND e.standing_id IN (
                           SELECT standing_id FROM customer_tier_event WHERE id = ANY(%(ids)s))
                    WINDOW w AS (
                        PARTITION BY e.standing_id,
                            CASE WHEN e.kind IN ('notice', 'stage') THEN e.kind END
                        ORDER BY e.id)
                ), judged AS (
                    SELECT q.id, q.told_id, q.told_stage, (%(holds)s) AS holds, (%(kind)s) AS kind
                      FROM pending q
                      JOIN customer_tier_standing s ON s.id = q.standing_id
                      JOIN res_partner p ON p.id = s.partner_id
                 LEFT JOIN customer_tier o ON o.id = q.told_id
                 LEFT JOIN customer_tier n ON n.id = q.to_tier_id)
                UPDATE customer_tier_event e
                   SET state = CASE WHEN j.holds THEN e.state ELSE 'overtaken' END,
                       done_on = CASE WHEN j.holds THEN e.done_on ELSE %(now)s END,
                       from_tier_id = CASE WHEN j.holds THEN j.told_id ELSE e.from_tier_id END,
                       from_stage = CASE WHEN j.holds THEN j.told_stage ELSE e.from_stage END,
                       kind = CASE WHEN j.holds THEN j.kind ELSE e.kind END
                  FROM judged j
                 WHERE j.id = e.id
                   AND (NOT j.holds OR j.told_id IS DISTINCT FROM e.from_tier_id
                        OR j.told_stage IS DISTINCT FROM e.from_stage)
                """,
                ids=self.ids,
                holds=self._holds_sql(),
                kind=self._kind_sql(),
                now=fields.Datetime.now(),
            )
        )
        self.env.invalidate_all(flush=False)

    @api.model
    def _holds_sql(self):
        """Whether event ``q`` is still worth telling about standing ``s`` of partner ``p``: a
        stage or tier that the customer has left is no news; neither is one that it came back to."""
        return SQL(
            """q.later_id IS NULL AND p.active AND CASE
                WHEN q.kind = 'stage'
                THEN s.lifecycle_stage IS NOT DISTINCT FROM q.to_stage
                     AND q.told_stage IS DISTINCT FROM q.to_stage
                WHEN q.kind = 'notice'
                THEN s.noticed_on IS NOT NULL AND s.tier_id IS NOT DISTINCT FROM q.told_id
                     AND s.manual_tier_id IS NULL AND COALESCE(s.lock, 'up') = 'up'
                ELSE s.tier_id IS NOT DISTINCT FROM q.to_tier_id
                     AND q.told_id IS DISTINCT FROM q.to_tier_id END"""
        )

    @api.model
    def _kind_sql(self):
        """The kind of event ``q`` seen from the tier ``o`` that was told, to tier ``n``."""
        return SQL(
            "CASE WHEN q.kind IN ('stage', 'notice') THEN q.kind "
            "WHEN q.kind = 'correction' AND %(way)s IN ('down', 'out') THEN q.kind "
            "ELSE %(way)s END",
            way=direction_sql("o", "n"),
        )

    # What was told and is undone

    @api.model
    def _withdraw(self, after):
        """Take back what is still open of messages about tiers above those to which corrections
        have led: to-dos that nobody has done, and e-mails that are not sent yet.

        :param after: id of the last change before the corrections
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT e.id
                  FROM customer_tier_change c
                  JOIN customer_tier_event e ON e.standing_id = c.standing_id
                  JOIN customer_tier t
                    ON t.id = CASE WHEN e.kind = 'notice' THEN e.from_tier_id
                                   ELSE e.to_tier_id END
             LEFT JOIN customer_tier n ON n.id = c.to_tier_id
                 WHERE c.id > %s AND c.reason = 'correction'
                   AND e.state = 'done' AND e.kind IN ('first', 'up', 'switch', 'notice')
                   AND (n.id IS NULL OR (t.sequence, t.id) > (n.sequence, n.id))
                   AND COALESCE(e.activity_id, e.mail_id, e.note_id) IS NOT NULL
                """,
                after,
            )
        )
        told = self.browse([id_ for (id_,) in self.env.cr.fetchall()])
        told.activity_id.unlink()
        unsent = self.env["mail.mail"].search(
            [
                ("state", "in", ("outgoing", "exception")),
                "|",
                ("id", "in", told.mail_id.ids),
                ("mail_message_id", "in", told.note_id.ids),
            ]
        )
        unsent.cancel()
        told.filtered(lambda event: event.mail_id in unsent).mail_result = "withdrawn"

    def _was_written_to(self):
        """Whether the customer got an e-mail about a tier above the one that it was corrected to;
        what was withdrawn it has not got."""
        self.ensure_one()
        tiers = self.env["customer.tier"].with_context(active_test=False)
        own = [("program_id", "=", self.program_id.id)]
        above = tiers.search(own, order="sequence, id")
        if self.to_tier_id in above:
            above = above[above.ids.index(self.to_tier_id.id) + 1 :]
        told = [
            ("standing_id", "=", self.standing_id.id),
            ("id", "<", self.id),
            ("kind", "in", PROMOTED),
            ("to_tier_id", "in", above.ids),
            ("mail_result", "=", "sent"),
        ]
        return bool(self.search_count(told, limit=1))

    # Telling

    def _tell(self):
        """Tell these; where something breaks, everything but that."""
        savepoint_each(self, type(self)._carry_out, type(self)._fail)

    def _fail(self, error):
        done_on = fields.Datetime.now()
        self.write({"state": "failed", "error": error_text(error), "done_on": done_on})

    def _carry_out(self):
        """Do what is to be done about these, and note that it is done."""
        staged = self.filtered(lambda event: event.kind == "stage")
        if staged:
            staged._after_stage_change()
            staged._note_done()
        if changed := self - staged:
            changed._after_tier_change()
            changed._apply_rules()
            # Last of all, so that automations on “Done” find everything.
            changed._note_done()

    def _note_done(self):
        """Through the ORM, for automations."""
        self.write({"state": "done", "done_on": fields.Datetime.now(), "error": False})

    def _apply_rules(self):
        """Write the notes and e-mails and make the activities that the programmes ask for."""
        effects = {
            event: event.program_id.event_rule_ids._effects(event.kind, event._matched_tier())
            for event in self
        }
        for company, events in self.grouped("company_id").items():
            events = events.with_company(company)
            users = self.env["customer.tier.responsible"]._of(events.standing_id, company)
            users = {event: users[event.standing_id] for event in events}
            messages.send(events, effects, users)

    def _after_stage_change(self):
        """Hook for other addons: these customers have changed stage. It is called in the way of
        :meth:`_after_tier_change`, where ``customer.tier.store._wants_stages`` says so."""

    def _after_tier_change(self):
        """Hook for other addons: these customers have changed tier, or are given notice.

        Called once per slice of the queue, before anything is done by the rules on the programme;
        never for what is no longer true, and never twice for an event that went through. What it
        does is committed with the events or, when it fails, taken back: then it is called again
        for each event alone, and those that fail are kept as failed with the message. It runs as
        the superuser, in no particular company.
        """

    # What telling would come to, before anything happens

    def _forecast(self):
        """:return: see :meth:`_forecast_of`"""
        source = SQL(
            """SELECT standing_id, program_id, kind,
                      CASE WHEN kind IN ('out', 'notice') THEN from_tier_id
                           ELSE COALESCE(to_tier_id, from_tier_id) END
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
                       COUNT(*) FILTER (WHERE p.email_normalized <> '' AND b.id IS NULL
                                          AND (e.kind <> 'correction' OR EXISTS (
                            SELECT FROM customer_tier_event w
                              JOIN customer_tier t ON t.id = w.to_tier_id
                         LEFT JOIN customer_tier n ON n.id = e.tier
                             WHERE w.standing_id = e.standing AND w.kind = ANY(%s)
                               AND w.mail_result = 'sent'
                               AND (t.sequence, t.id) > (n.sequence, n.id))))
                  FROM (%s) e (standing, program, kind, tier)
                  JOIN customer_tier_standing s ON s.id = e.standing
                  JOIN res_partner p ON p.id = s.partner_id
             LEFT JOIN mail_blacklist b ON b.email = p.email_normalized AND b.active
              GROUP BY e.program, e.kind, e.tier
                """,
                list(PROMOTED),
                source,
            )
        )
        lines = defaultdict(Counter)
        by_itself = None
        Program, Tier = self.env["customer.tier.program"].sudo(), self.env["customer.tier"].sudo()
        for program, kind, tier, count, reachable in self.env.cr.fetchall():
            rules = Program.browse(program).event_rule_ids
            effects = rules._effects(kind, Tier.browse(tier))
            if effects and not any(rule.id for rule in effects.values()):
                # The e-mail that corrections have without a rule goes to whom it concerns.
                by_itself = by_itself or effects["mail"]
                if reachable:
                    lines[by_itself].update(events=reachable, mails=reachable)
                count, effects = count - reachable, {}
            if count and not effects:
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
