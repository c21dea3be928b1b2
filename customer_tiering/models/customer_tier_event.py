from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..bulk_fields import BulkMany2one
from .customer_tier_event_rule import HELD, KINDS


class CustomerTierEvent(models.Model):
    """Queue and log of what is told about tier changes and coming demotions.

    Rows come with the change, in the same transaction, and are worked off later; ``change_id``
    makes sure that nothing is told twice.
    """

    _name = "customer.tier.event"
    _description = "Message about a Tier Change"
    _order = "id desc"
    _rec_name = "partner_id"
    # Rows come by the hundred thousand.
    _log_access = False

    standing_id = fields.Many2one(
        "customer.tier.standing", required=True, ondelete="cascade", readonly=True, index=True
    )
    partner_id = fields.Many2one(related="standing_id.partner_id", string="Customer")
    salesperson_id = fields.Many2one(related="standing_id.partner_id.user_id", string="Salesperson")
    company_id = BulkMany2one("res.company", required=True, readonly=True)
    program_id = BulkMany2one("customer.tier.program", string="Programme", readonly=True)
    kind = fields.Selection(selection=KINDS, string="What", required=True, readonly=True)
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
    from_color = fields.Integer(
        related="from_tier_id.color", string="Color Before", exportable=False
    )
    to_color = fields.Integer(related="to_tier_id.color", string="Color After", exportable=False)
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
    mail_result = fields.Selection(
        selection=[
            ("sent", "Written"),
            ("no_address", "No e-mail address"),
            ("blacklisted", "On the blacklist"),
            ("archived", "Template is archived"),
        ],
        string="E-Mail",
        readonly=True,
        help="Empty where no rule asks for one.",
    )
    error = fields.Char(string="Problem", readonly=True)

    _change_unique = models.UniqueIndex(
        "(change_id) WHERE change_id IS NOT NULL AND kind <> 'stage'",
        "A change of tier is told once.",
    )
    _queue_idx = models.Index("(state, id) WHERE state IN ('new', 'held', 'failed')")

    def write(self, vals):
        if vals and not self.env.su:
            raise AccessError(
                self.env._("Messages about tiers are not edited. Tell them, or discard them.")
            )
        return super().write(vals)

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
        return self._notify(self.env._("%s message(s) discarded.", len(open_ones)))

    def action_retry(self):
        """Put what failed into the queue again."""
        failed = self._deciding(
            "failed", self.env._("None of these failed, so there is nothing to try again.")
        )
        failed._decide("new")
        return self._notify(self.env._("%s message(s) wait to be told again.", len(failed)))

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
            self._wake()
        for runs in self.sudo().run_id.grouped("company_id").values():
            runs[0]._close_answered()

    @api.model
    def _notify(self, message):
        return self.env["customer.tier.proposal"]._notify(message, "success")

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
            self._wake()

    def _matched_tier(self):
        """The tier that rules ask for."""
        self.ensure_one()
        return self.from_tier_id if self.kind in HELD else self.to_tier_id
