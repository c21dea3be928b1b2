from odoo.fields import Command

from .common import OWN, GradingCase


class FollowUpCase(GradingCase):
    """Customers of one salesperson in a company graded once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._without_reminders()
        cls.todo = cls.env.ref("mail.mail_activity_data_todo")
        cls.leader = cls._create_user("tiering_leader", "sales_team.group_sale_salesman")
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Team",
                "company_id": cls.company.id,
                "user_id": cls.leader.id,
                "member_ids": [Command.link(cls.salesperson.id)],
            }
        )
        cls.program = cls._create_program(domain=OWN)
        cls.buyer = cls._create_buyer("Buyer")
        cls._grade()
        cls.env["customer.tier.event"].search([("company_id", "=", cls.company.id)]).unlink()

    @classmethod
    def _create_buyer(cls, name, amount=100, **vals):
        vals = {"company_id": cls.company.id, "user_id": cls.salesperson.id, **vals}
        partner = cls._create_customer(name, **vals)
        cls._create_order(partner, amount, date=200, company=partner.company_id, team_id=False)
        return partner

    def _tell(self):
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering.ir_cron_tell").method_direct_trigger()
        self.env.invalidate_all()

    def _activities(self, partner=None):
        return self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", (partner or self.buyer).id)]
        )

    def _order(self, partner=None):
        order = self._create_order(partner or self.buyer, 50, state="draft")
        order.action_confirm()
        self.env.invalidate_all()
        return order
