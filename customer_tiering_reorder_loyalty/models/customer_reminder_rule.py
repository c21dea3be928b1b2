from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Of rules of which nothing is known yet.
TYPICAL_RATE = 0.2


class CustomerReminderRule(models.Model):
    """Rules some of whose customers get an offer beside the reminder."""

    _inherit = "customer.reminder.rule"

    has_offer = fields.Boolean(compute="_compute_has_offer", exportable=False)
    offer_share = fields.Integer(
        string="With an Offer (%)",
        default=50,
        help="So many of a hundred customers, drawn by chance for a half-year, get what the steps "
        "offer. The others get the same steps without it: only by comparison with them can be said "
        "whether the offer pays.",
    )
    offer_margin = fields.Float(
        string="Margin (%)",
        default=30,
        help="What is left of the price of an order before the offer. It says from which effect on "
        "an offer pays.",
    )
    offer_note = fields.Text(
        compute="_compute_offer_note",
        exportable=False,
        groups="customer_tiering.group_manager",
    )

    _offer_margin_range = models.Constraint(
        "check(offer_margin between 0 and 100)", "A margin lies between 0 and 100 percent."
    )

    @api.constrains("offer_share", "control_share")
    def _check_offer_share(self):
        for rule in self:
            if not 0 <= rule.offer_share <= 100 or rule._offer_share() + rule.control_share > 100:
                raise ValidationError(
                    self.env._(
                        "Customers held back and customers with an offer are at most 100 percent "
                        "together. Lower one of the two."
                    )
                )

    @api.constrains("reminds_at", "lead_days", "company_id", "step_ids")
    def _check_offers(self):
        self.step_ids._check_offer()
        self.step_ids._check_offer_moment()
        self._check_offer_share()

    @api.depends("step_ids.offer")
    def _compute_has_offer(self):
        for rule in self:
            rule.has_offer = any(rule.step_ids.mapped("offer"))

    def _offer_share(self):
        return self.offer_share if self.has_offer else super()._offer_share()

    # What it takes to pay

    @api.depends("offer_margin", "step_ids.offer", "step_ids.offer_program_id")
    @api.depends_context("company", "lang")
    def _compute_offer_note(self):
        for rule in self:
            rule.offer_note = "\n".join(rule._break_even_notes()) or False

    def _break_even_notes(self):
        from odoo.addons.customer_tiering.grading import effect

        offering = self.step_ids.filtered(lambda step: step.offer and step.offer_program_id)
        if not offering:
            return []
        base, known = self._base_rate()
        lines = [] if known else [self.env._("Nothing is known of this rule yet; for example:")]
        for step in offering:
            share = step._offer_share_of_order()
            needed = float(effect.break_even(base, self.offer_margin / 100, share))
            words = {
                "offer": step.offer_program_id.name,
                "share": f"{100 * share:.1f}",
                "base": round(100 * base),
                "needed": f"{100 * needed:.1f}" if needed <= 1 else "",
            }
            lines.append(self._break_even_words(words))
        return lines

    def _break_even_words(self, words):
        if not words["needed"]:
            return self.env._(
                "“%(offer)s” takes about %(share)s %% off an order: at this margin it never pays.",
                **words,
            )
        return self.env._(
            "“%(offer)s” takes about %(share)s %% off an order. It pays if of 100 customers at "
            "least %(needed)s order instead of %(base)s; to these %(base)s it is given away.",
            **words,
        )

    def _base_rate(self):
        """How many order with the reminder alone, as a share, and whether that is known."""
        saved = self._origin
        if not saved or not self.env["customer.reminder.report"].has_access("read"):
            return TYPICAL_RATE, False
        told = [("rule_id", "=", saved.id), ("arm", "=", "treated"), ("is_measured", "=", True)]
        told.append(("company_id", "=", self.env.company.id))
        cases, ordered = self.env["customer.reminder.report"]._read_group(
            told, [], ["__count", "ordered_count:sum"]
        )[0]
        return (ordered / cases, True) if cases >= 30 and ordered else (TYPICAL_RATE, False)

    def _after_end(self, reminders):
        result = super()._after_end(reminders)
        reminders._void_offers()
        return result

    def _after_reopen(self, reminders):
        result = super()._after_reopen(reminders)
        reminders._renew_offers()
        return result

    # A coupon that was promised until a day is good until then.

    def _after_done(self, reminders):
        return super()._after_done(reminders - reminders._with_valid_coupon())

    def _still_planned(self, reminders):
        return super()._still_planned(reminders) | reminders._with_valid_coupon()
