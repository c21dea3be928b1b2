from odoo import models
from odoo.tools import SQL


class CustomerTierRun(models.Model):
    """The first grading of a company asks whether playbooks start; every one ends what is over."""

    _inherit = "customer.tier.run"

    def _forecast_playbooks(self):
        """:return: ``Counter`` of ``customer.stage.playbook`` that asking for them would start"""
        return self.env["customer.stage.playbook"]._forecast_of(self._staged_source())

    def _staged_source(self):
        """Ids of the customers whose stage nobody was told of, of a company graded for the first
        time, as ``SQL``."""
        return SQL(
            """
            SELECT g.id
              FROM customer_tier_standing g
              JOIN res_partner p ON p.id = g.partner_id AND p.active
             WHERE g.company_id = %s AND g.lifecycle_stage IS NOT NULL
            """,
            self.company_id.id,
        )

    def _enqueue_stages(self):
        """Queue the stages that customers are in.

        :return: how many that is
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_tier_event (
                    standing_id, company_id, program_id, kind, run_id, to_stage, date, state)
                SELECT s.id, s.company_id, s.program_id, 'stage', %s, s.lifecycle_stage, %s, 'new'
                  FROM customer_tier_standing s
                 WHERE s.id IN (%s)
                """,
                self.id,
                self.as_of,
                self._staged_source(),
            )
        )
        return self.env.cr.rowcount

    def _follow_up(self):
        """Customers may have left their stages without anybody being told."""
        result = super()._follow_up()
        WinBack, Start = self.env["customer.win.back"], self.env["customer.stage.playbook.start"]
        WinBack._close_ordered(self.company_id)
        WinBack._begin_due(self.company_id)
        WinBack._measure(self.company_id)
        Start._measure(self.company_id)
        Start._trigger_job()
        return result
