from odoo import api, models
from odoo.tools import SQL

from .customer_stage_playbook_start import UNDER_WAY


class CustomerStagePlaybookStart(models.Model):
    _inherit = "customer.stage.playbook.start"

    def _enter(self, standings):
        """Customers have entered the stage they are in: the plan of the former one ends, that of
        the new one waits for its turn."""
        standings = standings.sudo()
        under_way = self.sudo().search(
            [("standing_id", "in", standings.ids), ("state", "in", UNDER_WAY)]
        )
        stale = under_way.filtered(lambda start: start.stage != start.standing_id.lifecycle_stage)
        stale._leave()
        free = standings - (under_way - stale).standing_id
        free -= self.env["customer.win.back"]._given_up(free)
        playbooks = self.env["customer.stage.playbook"]._of(free)
        self.sudo().create(
            [
                {
                    "standing_id": standing.id,
                    "playbook_id": playbook.id,
                    "stage": standing.lifecycle_stage,
                }
                for standing, playbook in playbooks.items()
            ]
        )
        if standings:
            self._wake()


class CustomerTierEvent(models.Model):
    _inherit = "customer.tier.event"

    def _after_stage_change(self):
        self.env["customer.stage.playbook.start"]._enter(self.standing_id)
        return super()._after_stage_change()

    @api.model
    def _forecast_of(self, source):
        """What changes of stage come to is told by :meth:`_forecast_playbooks`."""
        return super()._forecast_of(
            SQL(
                "SELECT * FROM (%s) t (standing, program, kind, tier) WHERE t.kind <> 'stage'",
                source,
            )
        )

    def _forecast_playbooks(self):
        """:return: ``Counter`` of ``customer.stage.playbook`` that these would start today"""
        return self.env["customer.stage.playbook"]._forecast_of(
            SQL(
                "SELECT standing_id FROM customer_tier_event WHERE id = ANY(%s) AND kind = 'stage'",
                self.ids,
            )
        )


class CustomerTierRun(models.Model):
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
        self.env["customer.win.back"]._close_ordered(self.company_id)
        self.env["customer.stage.playbook.start"]._wake()
        return result


class CustomerTierStore(models.AbstractModel):
    _inherit = "customer.tier.store"

    def _wants_stages(self, company):
        playbooks = self.env["customer.stage.playbook"].sudo()
        ours = [("company_id", "in", (False, company.id))]
        return bool(playbooks.search_count(ours, limit=1)) or super()._wants_stages(company)
