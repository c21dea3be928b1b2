from odoo import api, fields, models

# So many customers are named whom the nights before a grading left out. Where somebody wrote past
# Odoo, it may be all of them, and each says the same.
MOST_LEFT_OUT = 100


class CustomerTierRunError(models.Model):
    """Problems of a grading: what went wrong, about which record, and how it is mended."""

    _name = "customer.tier.run.error"
    _description = "Grading Error"
    _order = "run_id, id"

    run_id = fields.Many2one("customer.tier.run", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")
    program_id = fields.Many2one("customer.tier.program", string="Programme", ondelete="cascade")
    metric_id = fields.Many2one("customer.tier.metric", ondelete="cascade")
    message = fields.Text(required=True)
    left_out = fields.Boolean(
        readonly=True, help="The nights before should have looked at the customer."
    )
    further_count = fields.Integer(
        string="Further Customers",
        readonly=True,
        help="Customers of whom the same is true, and who are not named one by one.",
    )
    culprit = fields.Char(compute="_compute_culprit")
    remedy = fields.Text(string="How to Mend It", compute="_compute_culprit")

    @api.depends("partner_id", "program_id", "metric_id", "left_out")
    @api.depends_context("lang")
    def _compute_culprit(self):
        for error in self:
            record = error._record()
            # Whoever may see the run may know whom it is about.
            error.culprit = record.sudo().display_name if record else error.run_id.name
            error.remedy = error._remedy()

    @api.model
    def _named(self, run, errors):
        """Those of new problems that become records, as a list of values: beyond a number, the
        customers whom nights left out are counted in one."""
        left_out = [error for error in errors if error.get("left_out")]
        room = MOST_LEFT_OUT - len(run.error_ids.filtered(lambda e: e.left_out and e.partner_id))
        named = [error for error in errors if not error.get("left_out")]
        named += left_out[: max(room, 0)]
        if rest := left_out[max(room, 0) :]:
            told = run.error_ids.filtered("further_count")
            count = sum(told.mapped("further_count")) + len(rest)
            message = self.env._(
                "Nights left out %(count)s further customers. The first %(named)s are named.",
                count=count,
                named=MOST_LEFT_OUT,
            )
            values = {"further_count": count, "message": message}
            if told:
                told.write(values)
            else:
                named.append({**values, "left_out": True})
        return named

    def _record(self):
        """What is to be mended; nothing where it is the grading as a whole."""
        self.ensure_one()
        return self.partner_id or self.metric_id or self.program_id

    def _remedy(self):
        if self.left_out:
            return self.env._(
                "This grading has put it right. Where orders or invoices are written past Odoo, "
                "such as by an import into the database, have everybody looked at every night, "
                "under Settings › Sales. Otherwise show the message to whoever runs Odoo."
            )
        if self.partner_id:
            return self.env._(
                "Open the customer: look for an order or invoice with an impossible amount or "
                "date, and under Values Kept by Hand. Correct it and grade again; until then "
                "the customer keeps the old grade."
            )
        if self.metric_id:
            return self.env._(
                "Open the metric: choose fields that exist and a filter that works, which Preview "
                "shows, or archive it. Until then its values are unknown for all customers."
            )
        if self.program_id:
            return self.env._(
                "Open the programme: correct its filter, indicators and tiers as the message "
                "says. Until then its customers keep the old grades."
            )
        return self.env._("Grade again. If it stays, show the message to whoever runs Odoo.")

    def action_open_culprit(self):
        """What is to be mended, or all of it together where it is nothing in particular."""
        self.ensure_one()
        self.check_access("read")
        return (self._record() or self.run_id).get_formview_action()

    def _responsible(self, company):
        """Who is responsible for the programmes that have problems, or for all of the company's
        where it is a metric's or a customer's."""
        programs = self.program_id
        if self.filtered(lambda error: not error.program_id):
            programs |= programs.search([("company_id", "=", company.id)])
        users = self.env["res.users"]
        for program in programs:
            users |= program._responsible()
        return users or self.env["customer.tier.responsible"]._fallback(company)

    def _causes(self):
        """What is wrong, as a set, the same as long as nobody mends it: messages may contain
        numbers."""
        return {(e.partner_id.id, e.program_id.id, e.metric_id.id) for e in self}
