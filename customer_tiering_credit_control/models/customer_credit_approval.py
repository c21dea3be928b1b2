from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_append_only import by_system, take_system
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..credit_position import APPROVERS, limit_text

# What the system alone writes, and what may be changed while nobody has decided.
DECIDED = {"decision", "requester_id", "approver_id", "decided_on", "requested_amount"}
OPEN_FIELDS = {"amount", "date_until", "reason", "answer"}
# How long an approval lasts unless the user wants something else.
USUAL_DAYS = 30
ACTIVITY = "customer_tiering_credit_control.mail_activity_type_credit_approval"


class CustomerCreditApproval(models.Model):
    """Credit beyond a customer's limit, for a time. It ends by itself with its last day."""

    _name = "customer.credit.approval"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Special Credit Approval"
    _order = "id desc"
    _rec_name = "partner_id"
    _mail_post_access = "read"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
        index=True,
        help="What is approved for a contact is approved for the company of the contact.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_id = fields.Many2one(
        "sale.order",
        string="Quotation",
        ondelete="set null",
        index="btree_not_null",
        help="What it was asked for. What is approved is good for any order of the customer.",
    )
    amount = fields.Monetary(
        string="Extra Credit",
        required=True,
        tracking=True,
        help="How much the customer may owe beyond its credit limit.",
    )
    requested_amount = fields.Monetary(
        readonly=True, help="What was asked for; whoever decides may change the amount."
    )
    date_until = fields.Date(
        string="Until", required=True, tracking=True, help="Last day that it counts."
    )
    reason = fields.Char(required=True, help="Why the customer should get more credit.")
    answer = fields.Char(help="What the approver has to say about it.")
    decision = fields.Selection(
        selection=[
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("refused", "Refused"),
        ],
        required=True,
        default="requested",
        readonly=True,
        tracking=True,
    )
    state = fields.Selection(
        selection=[
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("expired", "Expired"),
        ],
        string="Status",
        compute="_compute_state",
        search="_search_state",
    )
    requester_id = fields.Many2one(
        "res.users",
        string="Requested By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    approver_id = fields.Many2one(
        "res.users", string="Decided By", readonly=True, ondelete="restrict"
    )
    decided_on = fields.Datetime(readonly=True)
    limit_text = fields.Char(
        string="Credit Limit", compute="_compute_position", help="Without special approvals."
    )
    used = fields.Monetary(
        compute="_compute_position",
        help="Unpaid invoices and orders that are not invoiced yet.",
    )
    credit_band = fields.Selection(
        selection=lambda self: self.env["customer.tier.standing"]._same_choices("credit_band"),
        string="Credit Risk",
        compute="_compute_position",
    )
    overdue_amount = fields.Monetary(string="Overdue", compute="_compute_position")

    _amount_positive = models.Constraint(
        "check(amount > 0)", "Enter how much extra credit the customer should get, above 0."
    )
    _company_partner_idx = models.Index("(company_id, partner_id, date_until)")

    @api.depends("decision", "date_until", "company_id")
    def _compute_state(self):
        Gather = self.env["customer.tier.gather"]
        for approval in self:
            today = Gather._today(approval.company_id)
            over = approval.date_until and approval.date_until < today
            ended = over and approval.decision != "refused"
            approval.state = "expired" if ended else approval.decision

    @api.model
    def _search_state(self, operator, value):
        field = self._fields["state"]
        return Domain.custom(
            to_sql=lambda model, alias, query: field.condition_to_sql(
                field.name, operator, value, model, alias, query
            )
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "state" or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        Gather = self.env["customer.tier.gather"]
        today = SQL(
            "CASE %s %s ELSE %s END",
            SQL.identifier(alias, "company_id", to_flush=self._fields["company_id"]),
            SQL(" ").join(
                SQL("WHEN %s THEN %s::date", company.id, Gather._today(company))
                for company in self.env.companies
            ),
            SQL("%s::date", fields.Date.context_today(self)),
        )
        return SQL(
            "CASE WHEN %(decision)s <> 'refused' AND %(until)s < %(today)s THEN 'expired' "
            "ELSE %(decision)s END",
            decision=SQL.identifier(alias, "decision", to_flush=self._fields["decision"]),
            until=SQL.identifier(alias, "date_until", to_flush=self._fields["date_until"]),
            today=today,
        )

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_position(self):
        Standing = self.env["customer.tier.standing"].sudo()
        known = self._known()
        for approval in self - known:
            approval.used = approval.overdue_amount = 0.0
            approval.limit_text = approval.credit_band = False
        for company, approvals in known.grouped("company_id").items():
            partners = approvals.partner_id.commercial_partner_id._origin
            positions = partners._customer_credit_positions(company)
            standings = Standing.search(
                [("partner_id", "in", partners.ids), ("company_id", "=", company.id)]
            ).grouped("partner_id")
            for approval in approvals:
                partner = approval.partner_id.commercial_partner_id._origin
                standing = standings.get(partner.sudo(), Standing)
                position = positions.get(partner)
                approval.used = position and position.used
                approval.limit_text = position and limit_text(
                    self.env, position.limit, approval.currency_id
                )
                approval.credit_band = standing.credit_band
                approval.overdue_amount = standing.overdue_amount

    def _known(self):
        """Those of these whose figures the user may know: who reads a request may. What stands in
        an unsaved form is no such right."""
        if self.env.su:
            return self
        saved = self.filtered("id")
        typed = (self - saved).filtered(
            lambda approval: approval.company_id in self.env.user.company_ids
        )
        readable = typed._customers().sudo(False)._filtered_access("read")
        return saved + typed.filtered(lambda approval: approval._customers() in readable)

    def _customers(self):
        return self.sudo().partner_id.commercial_partner_id._origin

    @api.constrains("date_until")
    def _check_date_until(self):
        for approval in self:
            if approval.date_until < self.env["customer.tier.gather"]._today(approval.company_id):
                raise ValidationError(
                    self.env._(
                        "%(customer)s: %(day)s is over already. Choose a last day from today on.",
                        customer=approval.partner_id.display_name,
                        day=format_date(self.env, approval.date_until),
                    )
                )

    @api.constrains("partner_id", "company_id", "order_id")
    def _check_whose(self):
        for approval in self.sudo():
            order, owner = approval.order_id, approval.partner_id.company_id
            if (
                order
                and (order._customer_credit_debtor(), order.company_id)
                != (approval.partner_id.commercial_partner_id, approval.company_id)
            ) or (owner and owner not in approval.company_id.parent_ids):
                raise ValidationError(
                    self.env._(
                        "%(customer)s, the quotation and %(company)s do not belong together. "
                        "Request the approval from the quotation.",
                        customer=approval.partner_id.display_name,
                        company=approval.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        system, records = take_system(self)
        Partner = self.env["res.partner"]
        for vals in vals_list:
            if partner := Partner.browse(vals.get("partner_id")):
                vals["partner_id"] = partner.commercial_partner_id.id
            if not system:
                # Named, so that no default in the context decides either.
                forced = dict.fromkeys(DECIDED, False)
                vals |= {**forced, "decision": "requested", "requester_id": self.env.uid}
            usual = self.env.context.get("default_amount")
            vals["requested_amount"] = vals.get("amount", usual)
        approvals = super(CustomerCreditApproval, records).create(vals_list)
        # What is decided is posted there, whoever may read it.
        approvals.order_id.check_access("read")
        approvals._ask(system)
        return approvals

    def write(self, vals):
        system, records = take_system(self)
        if not system:
            thread, activities = self.env["mail.thread"], self.env["mail.activity.mixin"]
            mail = thread._fields.keys() | activities._fields.keys()
            if vals.keys() - OPEN_FIELDS - mail or (
                vals.keys() & OPEN_FIELDS
                and any(approval.decision != "requested" for approval in self)
            ):
                raise AccessError(
                    self.env._(
                        "What was requested can be changed until it is decided on, and only in "
                        "its amount, last day, reason and answer. Request another approval."
                    )
                )
        return super(CustomerCreditApproval, records).write(vals)

    def unlink(self):
        return super(CustomerCreditApproval, self._taken_to_delete()).unlink()

    def _taken_to_delete(self):
        """What was approved, and by whom, stays: it ends by itself.

        :return: these records, without the permission of the system that has called
        """
        system, records = take_system(self)
        if not system:
            raise AccessError(
                self.env._(
                    "What was requested or approved cannot be deleted. Refuse it, or let it end "
                    "with its last day."
                )
            )
        return records

    # Deciding

    def action_approve(self):
        """Let these customers owe more until the last day."""
        self._take("requested")
        self._check_not_own()
        for approval in self:
            if approval.state == "expired":
                raise UserError(
                    self.env._(
                        "The last day of the request for %(customer)s was %(day)s. Enter a later "
                        "one, then approve it.",
                        customer=approval.partner_id.display_name,
                        day=format_date(self.env, approval.date_until),
                    )
                )
        self._decide("approved")

    def _check_not_own(self):
        """Nobody grants what it asks for, or sells, unless the company lets it. Who raises what
        was requested asks for the rest."""
        for approval in self.sudo():
            if approval.company_id.customer_credit_own_requests:
                continue
            asked_by = approval.requester_id | approval.create_uid | approval.order_id.user_id
            if self.env.user in asked_by:
                raise UserError(
                    self.env._(
                        "%(customer)s: you asked for this yourself, or sell the order that it is "
                        "for. Another credit approver has to decide.",
                        customer=approval.partner_id.display_name,
                    )
                )
            if approval.currency_id.compare_amounts(approval.amount, approval.requested_amount) > 0:
                raise UserError(
                    self.env._(
                        "%(customer)s: %(requested)s was asked for, which cannot be raised to "
                        "%(amount)s on the way. Approve at most what was asked for, or have "
                        "another approval requested.",
                        customer=approval.partner_id.display_name,
                        requested=approval.currency_id.format(approval.requested_amount),
                        amount=approval.currency_id.format(approval.amount),
                    )
                )

    def action_refuse(self):
        """Refuse these requests, or take back what was approved."""
        self._take("requested", "approved")
        self._decide("refused")

    def _take(self, *decisions):
        """Make sure that the user may decide, and that these are still to be decided on."""
        if not self.env.user.has_group(APPROVERS):
            raise AccessError(
                self.env._("Only credit approvers decide on special approvals. Ask one of them.")
            )
        self.check_access("write")
        self.env.flush_all()
        # One that was changed since this transaction began makes it start again.
        if len(self.try_lock_for_update()) < len(self.exists()):
            raise UserError(
                self.env._("Somebody else is deciding on this at this moment. Reload the page.")
            )
        self.invalidate_recordset(["decision"])
        for approval in self:
            if approval.decision not in decisions:
                raise UserError(
                    self.env._(
                        "The request for %(customer)s is decided already: %(decision)s by "
                        "%(user)s. Request another approval.",
                        customer=approval.partner_id.display_name,
                        decision=dict(self._fields["decision"]._description_selection(self.env))[
                            approval.decision
                        ],
                        user=approval.sudo().approver_id.name,
                    )
                )

    def _decide(self, decision):
        by_system(self).write(
            {
                "decision": decision,
                "approver_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
            }
        )
        # Activities belong to whoever was asked, also where somebody else has decided.
        self.sudo().activity_unlink([ACTIVITY])
        for approval in self:
            approval._tell_requester()

    def _tell_requester(self):
        """Say what was decided to whoever asked, here and on the quotation."""
        values = {
            "amount": self.currency_id.format(self.amount),
            "customer": self.partner_id.display_name,
            "day": format_date(self.env, self.date_until),
            "answer": self.answer or "",
        }
        if self.decision == "approved":
            text = self.env._(
                "%(customer)s may owe %(amount)s more until %(day)s. %(answer)s", **values
            )
        else:
            text = self.env._("No extra credit for %(customer)s. %(answer)s", **values)
        others = self.requester_id - self.env.user
        self.message_post(body=text.strip(), partner_ids=others.partner_id.ids)
        # The approver need not have any right on the quotation, and who reads it none on credit.
        if order := self.order_id.sudo():
            if self.decision == "approved":
                text = self.env._(
                    "Extra credit for %(customer)s is approved until %(day)s. %(answer)s", **values
                )
            order.message_post(body=text.strip())

    @api.model
    def _end_moved(self, known):
        """What was approved for one customer is none of another's whom its contacts come to, unless
        somebody moves them who could approve that.

        :param known: dict of approvals → commercial partner before; sudo
        """
        if self.env.user.has_group(APPROVERS):
            return
        for approval, customer in known.items():
            now = approval.exists().partner_id.commercial_partner_id
            if not now or now == customer:
                continue
            by_system(approval).write({"decision": "refused", "decided_on": fields.Datetime.now()})
            approval.activity_unlink([ACTIVITY])
            approval.message_post(
                body=self.env._(
                    "Ended: it belongs to %s now, for whom nobody has approved it. Request another "
                    "approval.",
                    now.display_name,
                )
            )

    # Asking

    def _ask(self, system=False):
        """Put new requests before the approver of their company.

        :param system: whether the system asks, also where nobody is there to answer
        """
        for approval in self.filtered(lambda a: a.decision == "requested"):
            asked_by = approval.requester_id | approval.sudo().order_id.user_id
            approver = self._approver(approval.company_id, asked_by)
            if not approver and not system:
                raise UserError(
                    self.env._(
                        "Nobody in %s may approve this. Ask an administrator to give somebody the "
                        "right “Credit Approver”.",
                        approval.company_id.name,
                    )
                )
            if approver:
                approval.sudo().activity_schedule(
                    ACTIVITY,
                    date_deadline=self.env["customer.tier.gather"]._today(approval.company_id),
                    user_id=approver.id,
                    summary=self.env._(
                        "%(amount)s for %(customer)s",
                        amount=approval.currency_id.format(approval.amount),
                        customer=approval.partner_id.display_name,
                    ),
                )

    @api.model
    def _approver(self, company, asked_by=()):
        """Who is asked: the company's approver, else the first credit approver working there.

        :param asked_by: ``res.users`` who may decide only where approvers decide on their own
        """
        # Salespeople ask without any right on settings and users.
        company = company.sudo()
        others = self.env["res.users"] if company.customer_credit_own_requests else asked_by
        chosen = company.customer_credit_approver_id
        if (
            chosen.active
            and chosen not in others
            and chosen.has_group(APPROVERS)
            and company in chosen.company_ids
        ):
            return chosen
        group = self.env.ref(APPROVERS).sudo()
        return group.all_user_ids.filtered(
            lambda user: (
                user.active
                and not user.share
                and company in user.company_ids
                and user not in others
            )
        ).sorted("id")[:1]

    @api.model
    def _open_request(self, partner, company=None, **vals):
        """A window to ask for extra credit.

        :param vals: values to begin with
        """
        self.check_access("create")
        company = company or self.env.company
        until = self.env["customer.tier.gather"]._today(company) + timedelta(days=USUAL_DAYS)
        vals = {"date_until": until, **vals, "partner_id": partner.id, "company_id": company.id}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Special Approval"),
            "res_model": self._name,
            "views": [
                [
                    self.env["ir.model.data"]._xmlid_to_res_id(
                        "customer_tiering_credit_control.customer_credit_approval_view_form_request"
                    ),
                    "form",
                ]
            ],
            "target": "new",
            "context": {f"default_{name}": value for name, value in vals.items()},
        }

    @api.model
    def _of_order(self, order):
        """Approvals and open requests for an order that are not over yet; sudo."""
        today = self.env["customer.tier.gather"]._today(order.company_id)
        debtor = order._customer_credit_debtor()
        domain = [
            ("order_id", "in", order.ids),
            ("partner_id.commercial_partner_id", "=", debtor.id),
            ("decision", "in", ("requested", "approved")),
            ("date_until", ">=", today),
        ]
        return self.sudo().search(domain)

    @api.model
    def _current(self, partners, company):
        """Approvals and open requests that are not over yet, in one query.

        :return: dict (commercial partner, decision) → (sum of the amounts, approvals); sudo
        """
        today = self.env["customer.tier.gather"]._today(company)
        rows = self.sudo()._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id.commercial_partner_id", "in", partners.ids),
                ("decision", "in", ("requested", "approved")),
                ("date_until", ">=", today),
            ],
            ["partner_id.commercial_partner_id", "decision"],
            ["amount:sum", "id:recordset"],
        )
        return {(partner.id, decision): row for partner, decision, *row in rows}
