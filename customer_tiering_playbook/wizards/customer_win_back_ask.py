from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import RELOAD, open_dialog
from odoo.exceptions import UserError

from ..models.customer_win_back import OUTCOMES
from ..models.mail_activity import RECORDED


class CustomerWinBackAsk(models.TransientModel):
    """Asks for the reason and the outcome of following up dormant or lost customers."""

    _name = "customer.win.back.ask"
    _description = "Follow Up Who Stays Away"

    partner_ids = fields.Many2many("res.partner", readonly=True)
    customer_count = fields.Integer(string="Customers", compute="_compute_customer_count")
    other_count = fields.Integer(readonly=True)
    reason_id = fields.Many2one("customer.loss.reason")
    outcome = fields.Selection(
        # An order makes it won back.
        [outcome for outcome in OUTCOMES if outcome[0] != "won_back"],
        required=True,
        default="open",
    )
    note = fields.Text(string="What Was Said")

    @api.depends("partner_ids")
    def _compute_customer_count(self):
        for wizard in self:
            wizard.customer_count = len(wizard.partner_ids)

    @api.model
    @api.private
    def _open(self, partners):
        """Ask about those of some customers who are dormant or lost."""
        lapsed = partners._customer_check_lapsed()
        others = len(partners.commercial_partner_id - lapsed)
        latest = self.env["customer.win.back"]
        if len(lapsed) == 1:
            latest = lapsed.customer_win_back_ids.filtered(lambda r: r.outcome == "open")[:1]
        wizard = self.create(
            {
                "partner_ids": lapsed.ids,
                "other_count": others,
                "reason_id": latest.reason_id.id,
            }
        )
        return open_dialog(wizard, self.env._("Win-Back"))

    def action_apply(self):
        """Keep the answer, and close the activities that asked for it."""
        self.ensure_one()
        if not self.reason_id:
            raise UserError(self.env._("Choose the reason why the customer stays away."))
        lapsed = self.partner_ids._customer_check_lapsed()
        for partner in lapsed:
            self.env["customer.win.back"]._follow_up(
                partner, reason_id=self.reason_id.id, outcome=self.outcome, note=self.note
            )
        self._close_questions(lapsed)
        return RELOAD

    def _close_questions(self, partners):
        kind = self.env.ref(
            "customer_tiering_playbook.mail_activity_type_win_back", raise_if_not_found=False
        )
        # Whoever was asked, there is an answer now.
        asked = self.env["mail.activity"].sudo()
        asked = kind and asked.search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", partners.ids),
                ("activity_type_id", "=", kind.id),
            ]
        )
        if asked:
            # Another company that lost the customer has a reason of its own to find out.
            starts = self.env["customer.stage.playbook.start"].sudo()
            others = [("activity_ids", "in", asked.ids), ("company_id", "!=", self.env.company.id)]
            asked -= starts.search(others).activity_ids
        if asked:
            said = self.reason_id.name
            if self.note:
                said = self.env._("%(reason)s: %(note)s", reason=said, note=self.note)
            RECORDED.on(asked).action_feedback(feedback=said)
