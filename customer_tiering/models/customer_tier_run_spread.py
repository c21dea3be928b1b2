from odoo import fields, models

from .customer_tier_program import SAVING


class CustomerTierRun(models.Model):
    """How customers spread over tiers and points: gathered chunk by chunk, kept on the
    programmes when all are graded."""

    # A subject of its own, beside the jobs.
    _inherit = "customer.tier.run"

    spreads = fields.Json(
        readonly=True, copy=False, help="Of each programme so far, while the run is under way."
    )

    def _add(self, tally):
        from ..grading.spread import Spread

        result = super()._add(tally)
        if tally.spreads:
            spreads = dict(self.spreads or {})
            for program_id, spread in tally.spreads.items():
                before = Spread.from_json(spreads.get(str(program_id)))
                spreads[str(program_id)] = before.merge(spread).to_json()
            self.spreads = spreads
        return result

    def _finish(self):
        programs = self.env["customer.tier.program"]
        for program_id, spread in (self.spreads or {}).items():
            program = programs.browse(int(program_id)).exists()
            # Writing a programme empties the caches of all workers: not in a night like the last.
            if program.spread != spread:
                # The rules stay as they are, so there is nothing to check.
                SAVING.on(program).write({"spread": spread})
        self.spreads = False
        return super()._finish()
