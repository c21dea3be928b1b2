from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, format_datetime

from ..bulk_fields import KnownFloat
from ..counted_fields import CountedMonetary
from ..explain.years import ExplainedYears
from ..reader_fields import ReaderInteger, ReaderMany2one
from ..tools import notification, open_dialog, sentences

OPEN = [("state", "=", "open")]


class CustomerTierProposal(models.Model):
    """Changes of tier that wait for approval, and what was decided about them. Grading proposes
    them, officers accept or refuse; until then the customer keeps the tier."""

    _name = "customer.tier.proposal"
    _inherit = "customer.tier.input"
    _description = "Proposed Tier Change"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    standing_id = fields.Many2one(
        "customer.tier.standing", required=True, ondelete="cascade", readonly=True, index=True
    )
    partner_id = ReaderMany2one(related="standing_id.partner_id", string="Customer")
    salesperson_id = ReaderMany2one(related="standing_id.user_id", string="Salesperson")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    program_id = fields.Many2one(
        "customer.tier.program",
        string="Programme",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    from_tier_id = fields.Many2one(
        "customer.tier", string="From", required=True, ondelete="restrict", readonly=True
    )
    to_tier_id = fields.Many2one("customer.tier", string="To", ondelete="restrict", readonly=True)
    from_color = ReaderInteger(
        related="from_tier_id.color", string="Color Before", exportable=False
    )
    to_color = ReaderInteger(related="to_tier_id.color", string="Color After", exportable=False)
    direction = fields.Selection(
        selection=[("up", "Up"), ("down", "Down"), ("out", "No tier any more")],
        required=True,
        readonly=True,
    )
    score = KnownFloat(readonly=True, aggregator="avg")
    amount = CountedMonetary(
        string="Amount Bought",
        readonly=True,
        help="Untaxed, in company currency, when the change was proposed.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    rule = fields.Text(
        compute="_compute_words",
        exportable=False,
        help="What the new tier requires; of a demotion, what keeps the present one.",
    )
    reason = fields.Text(
        string="Why",
        compute="_compute_words",
        exportable=False,
        help="What today's figures come to; empty once the change is decided.",
    )
    run_id = fields.Many2one(
        "customer.tier.run",
        string="Grading Run",
        ondelete="set null",
        readonly=True,
        index="btree_not_null",
    )
    date = fields.Date(string="Proposed On", required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ("open", "To Decide"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("superseded", "No longer proposed"),
        ],
        string="Status",
        required=True,
        default="open",
        readonly=True,
    )
    refusal_reason = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", string="Decided By", ondelete="set null", readonly=True)
    decided_on = fields.Datetime(readonly=True)

    _open_unique = models.UniqueIndex(
        "(standing_id) WHERE state = 'open'", "A customer has one open proposal at most."
    )

    @api.depends("state", "direction", "from_tier_id", "to_tier_id", "standing_id.numbers")
    @api.depends_context("lang")
    def _compute_words(self):
        # Saved rows only: what is typed into a form is no right to read a grading.
        for proposal in self - self._origin:
            proposal.rule = proposal.reason = False
        for policy, proposals in self._origin.grouped(lambda p: p.standing_id.policy_id).items():
            # The rules a customer was graded by are nobody's secret, whoever may read them.
            policy, said = policy.sudo().exists(), None
            for proposal in proposals:
                standing = proposal.standing_id
                numbers = policy._values(standing.numbers) if policy else {}
                if policy and said:
                    said = said.of(standing, numbers)
                elif policy:
                    said = ExplainedYears(standing, policy.rules, numbers)
                proposal.rule = proposal._rule(said)
                proposal.reason = proposal._why(said)

    def _rule(self, said):
        if self.direction == "up" and self.to_tier_id:
            return self.to_tier_id.requirement
        return said.bounds(self.from_tier_id.id) if said else ""

    def _why(self, said):
        if not said or self.state != "open":
            return ""
        lines = [] if self.direction == "up" else said.unkept(self.from_tier_id.id)
        return lines[0] if lines else said.veto() or said.facts() or said.why()

    def write(self, vals):
        if vals and not self.env.su:
            raise AccessError(
                self.env._("Proposed changes are not edited. Accept them, or refuse them.")
            )
        return super().write(vals)

    # Deciding

    def action_accept(self):
        """Let these customers into the tiers proposed, and say what came of it."""
        self._take()
        # Tiers are the system's to write; who may decide was asked above.
        proposals = self.sudo()
        fitting = proposals.filtered(lambda proposal: proposal._fits())
        dropped = proposals - fitting
        dropped._close("superseded")
        self.env["customer.tier.store"]._apply_proposals(fitting)
        fitting._close("accepted", user_id=self.env.uid)
        # Contacts, orders and prices read the tier through fields that nothing else refreshes.
        self.env.invalidate_all()
        message = self._accepted_message(len(fitting), len(dropped))
        return notification(message, "warning" if dropped else "success")

    @api.model
    def _accepted_message(self, applied, dropped):
        messages = []
        if applied == 1:
            messages.append(self.env._("The change is applied."))
        elif applied:
            messages.append(self.env._("%s changes are applied.", applied))
        if dropped == 1:
            messages.append(
                self.env._(
                    "One change no longer fits, because the customer or the tier has changed "
                    "meanwhile, and was dropped. The next grading looks at it again."
                )
            )
        elif dropped:
            messages.append(
                self.env._(
                    "%s changes no longer fit, because the customers or the tiers have changed "
                    "meanwhile, and were dropped. The next grading looks at them again.",
                    dropped,
                )
            )
        return sentences(messages)

    def action_refuse(self):
        """Ask why, before these changes are refused."""
        self._check_open()
        wizard = self.env["customer.tier.refusal"].create({"proposal_ids": self.ids})
        return open_dialog(wizard, self.env._("Refuse Proposed Changes"))

    def action_open_standing(self):
        """The grading behind the proposal."""
        self.ensure_one()
        return self.standing_id.get_formview_action()

    def _refuse(self, reason):
        """Leave the customers where they are; grading asks again at the next review."""
        self._take()
        proposals = self.sudo()
        for company, group in proposals.grouped("company_id").items():
            group.standing_id.write(
                {
                    "refused_on": self.env["customer.tier.gather"]._today(company),
                    "waiting": "review",
                }
            )
        proposals._close("refused", user_id=self.env.uid, refusal_reason=reason)
        message = (
            self.env._("The change is refused.")
            if len(self) == 1
            else self.env._("%s changes are refused.", len(self))
        )
        days = proposals._asked_again()
        if len(days) == 1:
            day = format_date(self.env, *days)
            again = self.env._("If the figures still ask for it, it comes up again on %s.", day)
            message = sentences((message, again))
        return notification(message)

    def _asked_again(self):
        """The days from which these are proposed again after they were refused."""
        days = set()
        for standing in self.standing_id:
            policy = standing.policy_id.exists()
            said = policy and ExplainedYears(standing, policy.rules, {})
            days.add(said and said.asked_again())
        return days - {False, None}

    # What can still be decided

    def _take(self):
        """Make sure that these are open and that nobody else decides on them at the same time."""
        self.check_access("write")
        if not self:
            raise UserError(self.env._("There is no open proposal left."))
        self.env.flush_all()
        # One that was changed since this transaction began makes it start again, and be told who
        # was faster.
        if len(self.try_lock_for_update()) < len(self.exists()):
            raise UserError(
                self.env._(
                    "Somebody else is deciding on these changes at this moment. Reload the list "
                    "and look again."
                )
            )
        self.invalidate_recordset(["state", "user_id", "decided_on"])
        self._check_open()

    def _check_open(self):
        self.check_access("write")
        proposals = self.exists()
        if proposals != self:
            raise UserError(self.env._("Some of these changes no longer exist. Reload the list."))
        closed = proposals.filtered(lambda proposal: proposal.state != "open")
        if not closed:
            return
        first = closed[0]
        if len(self) == 1:
            raise UserError(
                self.env._(
                    "The change of %(customer)s cannot be decided any more: %(what)s.",
                    customer=first.partner_id.display_name,
                    what=first._outcome(),
                )
            )
        raise UserError(
            self.env._(
                "%(count)s of %(all)s changes cannot be decided any more, such as %(customer)s: "
                "%(what)s. Nothing was done; reload the list and choose again.",
                count=len(closed),
                all=len(self),
                customer=first.partner_id.display_name,
                what=first._outcome(),
            )
        )

    def _outcome(self):
        self.ensure_one()
        values = {
            "user": self.sudo().user_id.name or self.env._("somebody"),
            "moment": format_datetime(self.env, self.decided_on),
        }
        if self.state == "accepted":
            return self.env._("%(user)s accepted it on %(moment)s", **values)
        if self.state == "refused":
            return self.env._("%(user)s refused it on %(moment)s", **values)
        return self.env._("it is no longer proposed since %(moment)s", moment=values["moment"])

    def _fits(self):
        """Whether the customer is still where the proposal found it."""
        self.ensure_one()
        standing = self.standing_id
        return (
            standing.waiting == "approval"
            and standing.program_id == self.program_id
            and standing.computed_tier_id == self.from_tier_id
            and standing.proposed_tier_id == self.to_tier_id
            and self.program_id.active
            and (not self.to_tier_id or self.to_tier_id.active)
        )

    def _side(self):
        """The direction of a lock that forbids this."""
        return "up" if self.direction == "up" else "down"

    def _close(self, state, **vals):
        self.sudo().write({"state": state, "decided_on": fields.Datetime.now(), **vals})
        for runs in self.sudo().run_id.grouped("company_id").values():
            runs[0]._close_answered()
