from datetime import timedelta

from odoo import api, fields, models

# Longer than any news is shown, and than most notices are out.
KEPT_DAYS = 400


class CustomerAgendaDone(models.Model):
    """Rows of *My Customers Today* that somebody has dealt with and that nothing else ends, such as
    news of a promotion. Written by the system only."""

    _name = "customer.agenda.done"
    _description = "Dealt With"
    _order = "id desc"
    _rec_name = "kind"
    _log_access = False

    kind = fields.Char(required=True, readonly=True)
    res_id = fields.Integer(string="Record", required=True, readonly=True, aggregator=None)
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", readonly=True, index=True
    )
    user_id = fields.Many2one("res.users", string="By", ondelete="cascade", readonly=True)
    date = fields.Date(required=True, readonly=True)

    _of_row = models.UniqueIndex("(kind, res_id)")

    @api.model
    def _note(self, kind, companies):
        """Take rows off the list until there is something newer about them.

        :param companies: dict id of the record behind a row → its ``res.company``
        """
        # Whoever reads a row may say that it is dealt with.
        own = self.sudo()
        gather = self.env["customer.tier.gather"]
        known = own.search([("kind", "=", kind), ("res_id", "in", list(companies))])
        known = known.grouped("res_id")
        for res_id, company in companies.items():
            said = {"user_id": self.env.uid, "date": gather._today(company)}
            if res_id in known:
                known[res_id].write(said)
            else:
                own.create({"kind": kind, "res_id": res_id, "company_id": company.id, **said})

    @api.autovacuum
    def _gc_old(self):
        """Nothing of them is shown any more."""
        self.search([("date", "<", fields.Date.today() - timedelta(days=KEPT_DAYS))]).unlink()
