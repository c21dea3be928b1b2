from odoo import models
from odoo.tools import SQL


class CustomerTierStore(models.AbstractModel):
    """History says which changes come from an applied scenario."""

    _inherit = "customer.tier.store"

    def _save_changes(self, company, moves, as_of, run_id):
        """Say of the changes that follow from an applied scenario that they do."""
        before = self._last_change()
        result = super()._save_changes(company, moves, as_of, run_id)
        run = self.env["customer.tier.run"].browse(run_id or ())
        if run.scenario_id:
            self.env.cr.execute(self._note_query(run, before))
        return result

    def _note_query(self, run, before):
        """Lines of history behind another one that a grading by new rules has written."""
        said = run.scenario_id.with_context(lang=run.scenario_id.applied_by_id.lang)
        return SQL(
            """
            UPDATE customer_tier_change c
               SET note = %(note)s
              FROM customer_tier t
             WHERE c.id > %(before)s AND c.run_id = %(run)s AND c.reason = 'rule'
               AND c.direction IN ('up', 'down', 'out') AND c.note IS NULL
               AND t.id = COALESCE(c.to_tier_id, c.from_tier_id) AND t.program_id = %(program)s
            """,
            note=said.env._("New rules: %s", said.name),
            before=before,
            run=run.id,
            program=run.scenario_id.program_id.id,
        )
