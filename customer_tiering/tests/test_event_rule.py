from datetime import date
from pathlib import Path

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from .event_common import TODAY, EventCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.11.0" / "post-notice.py"


@tagged("post_install", "-at_install")
class TestNotice(EventCase):
    """Notice before a demotion."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.write({"review_every": "month", "notice_days": 14})
        cls._create_rules("notice", mail_template_id=cls.notice_mail.id)
        cls._create_rules("down")
        cls.buyer.action_archive()
        cls.falling = cls._create_own("Falling", 6000, day="2024-02-10")
        cls.still = cls._create_own("Still", 6000, day="2025-02-01")
        cls._day("2025-02-05")

    @classmethod
    def _day(cls, day):
        with freeze_time(f"{day} 12:00:00"):
            return cls._grade()

    def _tell_on(self, day):
        with freeze_time(f"{day} 12:00:00"):
            self._run_cron()

    def test_notice_in_time(self):
        """Told a fortnight before the review that takes the tier, with what it needs; a review
        that is nearer than that takes nothing."""
        self._create_order(self.falling, 300, date="2025-02-01")
        for day in ("2025-02-11", "2025-02-14"):
            self._day(day)
            self.assertFalse(self._events())
        self._day("2025-02-15")
        event = self._events()
        self.assertEqual((event.kind, event.partner_id), ("notice", self.falling))
        self.assertEqual((event.from_tier_id, event.to_tier_id), (self.gold, self.low))
        self.assertEqual(event.decision_date, date(2025, 3, 1))
        self._tell_on("2025-02-15")
        mail = self._mails(self.falling)
        self.assertEqual(mail.subject, f"Stay Gold at {self.company.name}")
        body = " ".join(str(mail.body_html).split())
        self.assertIn("03/01/2025", body)
        self.assertIn("Amount bought in a year ≥ 5,000.00", body)
        self.assertIn("(today 300.00", body)
        self.assertIn("May lose Gold on 03/01/2025", self._notes(self.falling).body)
        self.assertIn("Needed to keep Gold", self.falling.activity_ids.note)
        self._day("2025-02-28")
        self.assertEqual(self._standing(self.falling).tier_id, self.gold)
        self._day("2025-03-01")
        self.assertEqual(self._standing(self.falling).tier_id, self.low)
        self._tell_on("2025-03-01")
        self.assertEqual(self._events(self.falling).mapped("kind"), ["notice", "down"])
        self.assertFalse(self._events(self.still))
        self.assertEqual(len(self._mails(self.falling)), 2)

    def test_all_that_would_be_kept(self):
        """What is written below the list of benefits of a tier was told on promotions alone: a
        customer who was about to lose the tier did not read of it."""
        self.gold.benefits = "<p>Coffee with the owner</p>"
        self._day("2025-02-15")
        self._tell_on("2025-02-15")
        body = self._mails(self.falling).body_html
        self.assertIn("what you would keep", body)
        self.assertIn("Coffee with the owner", body)
        self.assertNotIn("False", body)

    def test_update_renews_the_notice(self):
        """Databases of before told as little as before; what somebody wrote into it must stay."""
        template = self.env.ref("customer_tiering.mail_template_notice")
        for written, kept in (("create_date", False), ("create_date + interval '1 day'", True)):
            template.body_html = "<p>Ours</p>"
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "UPDATE mail_template SET write_date = %s WHERE id = %s",
                    SQL(written),
                    template.id,
                )
            )
            self.env.invalidate_all()
            load_script(str(SCRIPT), "post-notice").migrate(self.env.cr, "19.0.1.10.0")
            self.env.invalidate_all()
            self.assertEqual("Ours" in template.body_html, kept)

    def test_too_late_for_the_next_review(self):
        """Fallen a week before the review, the customer keeps the tier until the one after it, and
        the notice says so."""
        self._day("2025-02-22")
        event = self._events()
        self.assertEqual(event.decision_date, date(2025, 4, 1))
        self._day("2025-03-01")
        self.assertEqual(self._standing(self.falling).tier_id, self.gold)
        self._day("2025-04-01")
        self.assertEqual(self._standing(self.falling).tier_id, self.low)

    def test_recovered_before_it_is_told(self):
        """A customer who has ordered meanwhile must not be warned."""
        self._day("2025-02-15")
        self._create_order(self.falling, 6000, date="2025-02-16")
        self._day("2025-02-17")
        self._tell_on("2025-02-17")
        self.assertEqual(self._states(), ["overtaken"])
        self.assertEqual(self._told(self.falling), (0, 0, 0))

    def test_set_by_hand_or_locked(self):
        """There is nothing to lose while somebody holds the tier."""
        self._set_tier(self.falling, self.gold)
        self._day("2025-02-15")
        self.assertFalse(self._events())
        other = self._create_own("Other", 6000, day="2024-02-20")
        self._day("2024-12-01")
        self._events().unlink()
        self._day("2025-02-21")
        self.assertEqual(self._events(other).kind, "notice")
        lock = {"lock": "both", "manual_reason": "Promised"}
        self._standing(other).with_user(self.officer).write(lock)
        self._tell_on("2025-02-21")
        self.assertEqual(self._states(other), ["overtaken"])

    def test_any_requirement_and_score(self):
        """Where one of several is enough they are told as alternatives."""
        self.gold.write(
            {
                "condition_match": "any",
                "condition_ids": [
                    Command.create(
                        {
                            "metric_id": self._metric("order_count").id,
                            "operator": ">=",
                            "value": 3,
                        }
                    )
                ],
            }
        )
        self._day("2025-02-15")
        needed = self._events().needed
        self.assertEqual(len(needed.splitlines()), 1)
        self.assertIn(" or Number of orders in a year ≥ 3 (today 0)", needed)

    def test_days_are_not_negative(self):
        """A negative period would be refused by grading, at night."""
        with self.assertRaises(Exception) as refusal, mute_logger("odoo.sql_db"):
            self.program.notice_days = -1
            self.env.flush_all()
        self.assertIn("notice_not_negative", str(refusal.exception))


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestRules(EventCase):
    """The table on the programme."""

    def test_presets(self):
        """Colleagues hear of it from the first day, customers not before somebody wants it."""
        program = self._create_program()
        rules = {rule.kind: rule for rule in program.event_rule_ids}
        self.assertEqual(set(rules), {"up", "down", "notice", "correction"})
        self.assertTrue(all(rule.chatter for rule in rules.values()))
        self.assertFalse(rules["up"].activity_type_id)
        self.assertEqual(rules["down"].activity_type_id, self.todo)
        self.assertFalse(program.event_rule_ids.mail_template_id)
        self.assertEqual(program.notice_days, 0)

    def test_copy(self):
        """The copy's rules speak of its own tiers; resting ones stay so."""
        rules = self._create_rules("up", "down", tier_ids=[Command.set(self.gold.ids)])
        rules[1].active = False
        self._create_rules("notice", activity_days=5)
        copy = self.program.copy()
        copied = copy.with_context(active_test=False).event_rule_ids.sorted("id")
        self.assertEqual(copied.mapped("kind"), ["up", "down", "notice"])
        self.assertEqual(copied.mapped("active"), [True, False, True])
        self.assertEqual(copied[0].tier_ids, copy.tier_ids[2])
        self.assertFalse(copied[2].tier_ids)
        self.assertEqual(copied[2].activity_days, 5)
        self.assertEqual(copied.mail_template_id, self.promotion_mail)

    def test_tier_named_by_a_rule(self):
        """Deleted, it would turn a rule for Gold into one for everybody."""
        rule = self._create_rules("up", tier_ids=[Command.set(self.gold.ids)])
        with self.assertRaisesRegex(UserError, "named under Messages"):
            self.gold.unlink()
        rule.tier_ids = False
        self.gold.unlink()
        self.assertFalse(self.gold.exists())

    def test_programme_with_rules_can_be_deleted(self):
        """Rules go with their programme."""
        rule = self._create_rules("up", tier_ids=[Command.set(self.gold.ids)])
        self.program.unlink()
        self.assertFalse(rule.exists())

    def test_tier_only_told_about_is_kept(self):
        """The log quotes tiers that nobody is in any more."""
        event = self.Event.create(
            {
                "standing_id": self._set_tier(self.buyer, self.low).id,
                "company_id": self.company.id,
                "kind": "notice",
                "from_tier_id": self.low.id,
                "to_tier_id": self.gold.id,
                "date": TODAY,
            }
        )
        self.assertTrue(event)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.gold.unlink()

    def test_refused_rules(self):
        """What could never work is said at once."""
        other = self._create_ladder()
        wrong = self.env["mail.template"].create(
            {"name": "Order", "model_id": self.env["ir.model"]._get_id("sale.order")}
        )
        for vals, message in (
            ({"tier_ids": [Command.set(other.tier_ids[:1].ids)]}, "another programme"),
            ({"mail_template_id": wrong.id}, "other records"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValidationError, message):
                self._create_rules("up", **vals)

    def test_form(self):
        """A manager fills in the table on the programme's form."""
        with Form(self.program.with_user(self.manager)) as form:
            form.notice_days = 30
            with form.event_rule_ids.new() as line:
                line.kind = "notice"
                line.tier_ids.add(self.gold)
                line.mail_template_id = self.notice_mail
        self.assertEqual(self.program.event_rule_ids.display_name, "Notice of a demotion: Gold")
        self.assertEqual(self.program._movement_policy().notice_days, 30)
