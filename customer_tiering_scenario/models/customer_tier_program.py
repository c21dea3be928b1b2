from odoo import fields, models
from odoo.addons.customer_tiering.tools import open_list

from .. import rules_tried


class CustomerTierProgram(models.Model):
    """Programmes: changes are tried from them, and what was found about them is counted."""

    _inherit = "customer.tier.program"

    advised_on = fields.Date(
        string="Last Looked At",
        readonly=True,
        copy=False,
        help="When advice on how the programme does was last looked for; once a week.",
    )
    # Since when it has had the rules that it was last looked at with.
    advised_rules = fields.Char(
        readonly=True, copy=False, exportable=False, export_string_translation=False
    )
    advised_since = fields.Date(string="Rules Since", readonly=True, copy=False)
    advised_todo_on = fields.Date(string="Last To-Do About Advice", readonly=True, copy=False)
    # Salespeople read programmes, but no advice on them.
    result_advice_count = fields.Integer(
        compute="_compute_result_advice_count", groups="customer_tiering.group_user"
    )

    def _compute_result_advice_count(self):
        rows = self.env["customer.tier.advice"]._read_group(
            [("program_id", "in", self.ids), ("state", "=", "open")], ["program_id"], ["__count"]
        )
        counts = dict(rows)
        for program in self:
            program.result_advice_count = counts.get(program, 0)

    def _note_rules(self, today):
        """Notice that the rules are others than at the last look.

        :return: since when they are these
        """
        self.ensure_one()
        known = rules_tried.digest(self)
        if known != self.advised_rules:
            # Before the first look nobody has noticed when they began.
            since = today if self.advised_rules else self.first_graded_on
            self.write({"advised_rules": known, "advised_since": since})
        return self.advised_since

    def action_try_changes(self):
        """A new scenario of the programme, with its rules as they are."""
        self.ensure_one()
        Scenario = self.env["customer.tier.scenario"]
        Scenario.check_access("create")
        scenario = Scenario.create({"program_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": scenario._name,
            "res_id": scenario.id,
            "view_mode": "form",
            "name": scenario.name,
        }

    def action_open_result_advice(self):
        """What there is to look at in how the programme does."""
        self.ensure_one()
        self.check_access("read")
        return open_list(
            self.env,
            "customer_tiering_scenario.customer_tier_advice_action",
            [("program_id", "=", self.id)],
        )

    def _plain_changes(self, changes):
        """Changes of ``grading.whatif`` as they are kept: pairs of (kind, id of the record) and
        value; of the movement, its field and value."""
        self.ensure_one()
        kept = []
        for change in changes:
            if change.kind in ("threshold", "keep"):
                tier = self.tier_ids.filtered(lambda tier, id_=change.id: tier.id == id_)
                kept.append([change.kind, tier.condition_ids[change.place].id, change.value])
            elif change.kind == "review":
                kept.append(["review_every", 0, change.value.every])
            else:
                kept.append([change.kind, change.id, change.value])
        return kept
