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
    def _note(self, rows):
        """Take rows off the list until there is something newer about them.

        :param rows: ``customer.agenda``
        """
        # Whoever reads a row may say that it is dealt with.
        own = self.sudo()
        gather = self.env["customer.tier.gather"]
        for kind, same in rows.grouped("kind").items():
            known = own.search([("kind", "=", kind), ("res_id", "in", same.mapped("res_id"))])
            known = known.grouped("res_id")
            for row in same:
                said = {"user_id": self.env.uid, "date": gather._today(row.company_id)}
                if row.res_id in known:
                    known[row.res_id].write(said)
                else:
                    key = {"kind": kind, "res_id": row.res_id, "company_id": row.company_id.id}
                    own.create({**key, **said})

    @api.autovacuum
    def _gc_old(self):
        """Nothing of them is shown any more."""
        self.search([("date", "<", fields.Date.today() - timedelta(days=KEPT_DAYS))]).unlink()
