import time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_amount

from ..explain.words import percent, readable

# Customers shown, and customers by id that are read at once.
SHOWN = 10
CHUNK = 50_000


class CustomerTierMetricPreview(models.TransientModel):
    """What a metric gives for some customers of the current company, before anybody is graded."""

    _name = "customer.tier.metric.preview"
    _inherit = "customer.tier.input"
    _description = "Metric Preview"

    metric_id = fields.Many2one("customer.tier.metric", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    line_ids = fields.One2many("customer.tier.metric.preview.line", "preview_id", readonly=True)
    known_count = fields.Integer(string="Customers with a Value", readonly=True)
    seconds = fields.Float(string="Time (seconds)", readonly=True)
    others = fields.Char(string="Everybody Else", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        previews = super().create(vals_list)
        for preview in previews:
            preview._fill()
        return previews

    def _fill(self):
        import numpy as np

        # Here, because loading it is not part of the time.
        from ..grading.metrics import compute

        # Values are read with all rights, so the company is not the client's to name.
        self.company_id = self.env.company
        started = time.monotonic()
        customers, values, others = self._values(compute)
        self.seconds = time.monotonic() - started
        self.known_count = len(customers)
        self.others = self._readable(others)
        order = np.argsort(-values, kind="stable")
        # The highest first, the lowest last, and evenly spread ones between.
        shown = np.unique(np.linspace(0, len(order) - 1, SHOWN).round().astype(int))
        self.line_ids = [
            Command.create(
                {
                    "partner_id": int(customers[position]),
                    "value": values[position],
                    "value_text": self._readable(values[position]),
                }
            )
            for position in (order[shown] if len(order) else ())
        ]

    def _values(self, compute):
        """Today's known values of the company's customers.

        :param compute: function of the grading core
        :return: int array of commercial partner ids, float array of values, and the value of
            everybody else
        """
        import numpy as np

        metric = self.metric_id
        if metric._sleeps():
            raise UserError(metric._sleeps())
        self.env.flush_all()
        parts = [self._chunk(scope, compute) for scope in self._scopes()]
        customers = np.concatenate([found for found, _values, _others in parts])
        values = np.concatenate([found for _customers, found, _others in parts])
        known = ~np.isnan(values) & np.isin(customers, self._own_customers())
        return customers[known], values[known], parts[0][2]

    def _scopes(self):
        """Everybody, in pieces where orders or payments are read: there are many of them."""
        gather = self.env["customer.tier.gather"]
        if not {"order", "payment"} & set(self.metric_id._with_parts().mapped("kind")):
            return [lambda column: SQL("TRUE")]
        self.env.cr.execute(SQL("SELECT COALESCE(MAX(id), 0) FROM res_partner"))
        (last,) = self.env.cr.fetchone()
        return [gather._scope_between(low, low + CHUNK) for low in range(0, last + 1, CHUNK)]

    def _chunk(self, scope, compute):
        import numpy as np

        from ..grading.metrics import Windows

        metric, gather = self.metric_id, self.env["customer.tier.gather"]
        today = gather._today(self.company_id)
        orders = gather._orders(self.company_id, today, scope)
        lines, given, errors = gather._read_for(metric._with_parts(), self.company_id, today, scope)
        if errors:
            raise UserError("\n".join(errors.values()))
        owners = [owners for owners, _values, _others in given.values()]
        if "order" in metric._with_parts().mapped("kind"):
            owners.append(orders["customer"])
        customers = np.unique(np.concatenate([np.array([], dtype=np.int64), *owners]))
        payments = gather._payments_for(metric._with_parts(), self.company_id, today, scope)
        if payments is not None:
            customers = np.union1d(customers, payments["customer"])
        facts = gather._facts(customers, orders, lines, given, payments=payments)
        windows = Windows(facts, today, credit=self.company_id._customer_credit_policy())
        frame = compute(facts, metric._with_parts()._policy(), today, windows)
        others = given[metric.sudo()][2] if metric.sudo() in given else float("nan")
        return customers, frame[metric.code].to_numpy(dtype=float), others

    def _own_customers(self):
        """Ids of the customers that the user may see in the company."""
        from ..binary_copy import read_columns

        Partner = self.env["res.partner"]
        query = Partner._search(Partner._check_company_domain(self.company_id))
        return read_columns(self.env.cr, query.select(), {"id": "int4"})["id"]

    def _readable(self, value):
        if value != value:
            return self.env._("unknown")
        if self.metric_id.unit == "money":
            return format_amount(self.env, value, self.company_id.currency_id)
        number = readable(self.env, value)
        templates = {
            "percent": percent(self.env, number),
            "days": self.env._("%s days", number),
        }
        return templates.get(self.metric_id.unit, number)
