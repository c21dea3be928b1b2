from odoo.addons.customer_tiering.tests.follow_up_common import FollowUpCase
from odoo.fields import Command

WORK_LOGGER = "odoo.addons.customer_tiering.tools"


class PlaybookCase(FollowUpCase):
    """A playbook for dormant customers beside it; stages are set as the store does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.stage.playbook"].search([]).action_archive()
        cls.Start = cls.env["customer.stage.playbook.start"]
        cls.plan = cls._create_plan("Plan", "salesperson", "team_leader")
        cls.playbook = cls._create_playbook("dormant", cls.plan)

    @classmethod
    def _create_plan(cls, name, *responsibles, **vals):
        return cls.env["mail.activity.plan"].create(
            {
                "name": name,
                "res_model": "res.partner",
                "company_id": False,
                "template_ids": [
                    Command.create(
                        {
                            "summary": f"{name} for {responsible}",
                            "responsible_type": responsible,
                            "activity_type_id": cls.todo.id,
                            "delay_count": 3,
                            "delay_from": "after_plan_date",
                        }
                    )
                    for responsible in responsibles
                ],
                **vals,
            }
        )

    @classmethod
    def _create_playbook(cls, stage, plan, **vals):
        return cls.env["customer.stage.playbook"].create(
            {"stage": stage, "plan_id": plan.id, **vals}
        )

    def _put(self, stage, *partners, event=True):
        """Put customers into a stage, as grading stores it."""
        for partner in partners or [self.buyer]:
            standing = self._standing(partner, partner.company_id)
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE customer_tier_standing SET previous_stage = lifecycle_stage, "
                "lifecycle_stage = %s WHERE id = %s RETURNING previous_stage",
                [stage, standing.id],
            )
            (before,) = self.env.cr.fetchone()
            self.env.invalidate_all()
            if event:
                self.env["customer.tier.event"].create(
                    {
                        "standing_id": standing.id,
                        "company_id": standing.company_id.id,
                        "program_id": standing.program_id.id,
                        "kind": "stage",
                        "from_stage": before,
                        "to_stage": stage,
                        "date": self._days_ago(0),
                    }
                )

    def _work(self):
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering.ir_cron_tell").method_direct_trigger()
            self.env.ref("customer_tiering_playbook.ir_cron_playbook").method_direct_trigger()
        self.env.invalidate_all()

    def _enter(self, stage, *partners):
        self._put(stage, *partners)
        self._work()

    def _starts(self, partner=None):
        return self.Start.search([("partner_id", "=", (partner or self.buyer).id)], order="id")
