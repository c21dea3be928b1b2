from .common import OWN, GradingCase

TODAY = "2025-03-10"


class EventCase(GradingCase):
    """A ladder of Low, Silver (1,000 in a year) and Gold (5,000), and a company graded once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["customer.tier.event"]
        cls.Event.search([]).unlink()
        cls.env["customer.tier.program"].search([]).action_archive()
        # Their activities are no concern of these tests.
        cls._without_reminders()
        cls.todo = cls.env.ref("mail.mail_activity_data_todo")
        cls.promotion_mail = cls.env.ref("customer_tiering.mail_template_promotion")
        cls.notice_mail = cls.env.ref("customer_tiering.mail_template_notice")
        cls.program = cls._create_ladder()
        cls.low, cls.silver, cls.gold = cls.program.tier_ids
        cls.buyer = cls._create_own("Buyer")

    @classmethod
    def _create_ladder(cls, company=None, **vals):
        return cls._create_program(
            tiers=[
                "Low",
                {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
                {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
            ],
            indicators=[],
            company=company,
            domain=OWN,
            **vals,
        )

    @classmethod
    def _create_own(cls, name, amount=100, company=None, day="2025-03-01", **vals):
        company = company or cls.company
        vals = {
            "company_id": company.id,
            "email": f"{name.lower()}@example.com",
            "user_id": cls.salesperson.id if company == cls.company else False,
            **vals,
        }
        partner = cls._create_customer(name, **vals)
        cls._create_order(partner, amount, date=day, company=company)
        return partner

    @classmethod
    def _create_rules(cls, *kinds, program=None, **vals):
        """A rule with a note, an activity and an e-mail for each of the kinds."""
        program = program or cls.program
        return cls.env["customer.tier.event.rule"].create(
            [
                {
                    "program_id": program.id,
                    "kind": kind,
                    "activity_type_id": cls.todo.id,
                    "mail_template_id": cls.promotion_mail.id,
                    **vals,
                }
                for kind in kinds
            ]
        )

    def _events(self, *partners, state=None):
        domain = [("partner_id", "in", [partner.id for partner in partners])] if partners else []
        domain += [("state", "=", state)] if state else []
        return self.Event.search(domain, order="id")

    def _states(self, *partners):
        return self._events(*partners).mapped("state")

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering.ir_cron_tell").method_direct_trigger()
        self.env.invalidate_all()

    def _notes(self, partner):
        subtype = self.env.ref("customer_tiering.mt_tier_change")
        return partner.message_ids.filtered(lambda message: message.subtype_id == subtype)

    def _mails(self, *partners):
        ids = [partner.id for partner in partners]
        return self.env["mail.mail"].search([("recipient_ids", "in", ids)])

    def _told(self, partner):
        """How many notes, activities and mails there are."""
        activities = partner.activity_ids
        return len(self._notes(partner)), len(activities), len(self._mails(partner))

    def _promote(self, *partners, amount=2000):
        for partner in partners:
            company = partner.company_id
            self._create_order(partner, amount, date="2025-03-05", company=company)

    def _open_wizard(self, action, user=None):
        self.assertEqual(action["res_model"], "customer.tier.tell")
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        return wizard.with_user(user or self.officer)
