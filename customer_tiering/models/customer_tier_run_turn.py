from odoo import models
from odoo.exceptions import UserError


class CustomerTierRun(models.Model):
    """One grading of a company at a time: whoever comes second is told so."""

    # Beside the jobs, which wait instead.
    _inherit = "customer.tier.run"

    def _start(self):
        if self.state == "draft" and not self.simulation:
            self._refuse_second()
        return super()._start()

    def _refuse_second(self):
        """Two gradings in turns would mix: each has its own day, and its own shares of the best.

        :raise UserError: when a grading of the company is under way, or working at this moment
        """
        if not self.env["customer.tier.pipeline"]._lock(self.company_id):
            raise UserError(
                self.env._(
                    "The customers of %s are being graded right now. Try again in a minute.",
                    self.company_id.name,
                )
            )
        under_way = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "running"),
                ("simulation", "=", False),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if under_way:
            raise UserError(
                self.env._(
                    "“%(run)s” is under way, with %(count)s customers so far. Wait until it is "
                    "done; or open it under Grading Runs, and go on with it or cancel it.",
                    run=under_way.name,
                    count=under_way.customer_count,
                )
            )
