from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import WORK_LOGGER, PlaybookCase


@tagged("post_install", "-at_install")
class TestPlaybook(PlaybookCase):
    def test_entering_starts_the_plan(self):
        """The stage was on the screen and nobody had anything to do about it."""
        self._enter("dormant")
        activities = self._activities().sorted("id")
        self.assertEqual(activities.user_id, self.salesperson | self.leader)
        self.assertEqual(
            activities.mapped("summary"), ["Plan for salesperson", "Plan for team_leader"]
        )
        self.assertEqual(set(activities.mapped("date_deadline")), {self._days_ago(-3)})
        start = self._starts()
        self.assertEqual((start.state, start.started_on), ("open", self._days_ago(0)))
        self.assertEqual((start.activity_count, start.done_count), (2, 0))
        self.assertIn("“Plan” has started", self.buyer.message_ids[0].body)
        event = self.env["customer.tier.event"].search([("partner_id", "=", self.buyer.id)])
        self.assertEqual(event.state, "done")

    def test_never_two(self):
        """A second event about the same stage, or a night later, put the same work on the desk
        again."""
        for _night in range(2):
            self._enter("dormant")
        self.assertEqual(len(self._starts()), 1)
        self.assertEqual(len(self._activities()), 2)

    def test_leaving_cancels_the_rest(self):
        """Salespeople called dormant customers who had ordered long since; what was done stays
        in the log."""
        self._enter("dormant")
        done, left = self._activities().sorted("id")
        done.action_feedback(feedback="Called")
        manual = self.buyer.activity_schedule(act_type_xmlid="mail.mail_activity_data_todo")
        self._enter("won_back")
        self.assertFalse(left.exists())
        self.assertEqual(self._activities(), manual, "what people planned themselves stays")
        start = self._starts()
        self.assertEqual((start.state, start.done_count), ("left", 1))
        said = self.buyer.message_ids[0].body
        self.assertIn("Dormant", said)
        self.assertIn("Plan for team_leader", said)

    def test_leaving_without_an_event(self):
        """Held and discarded messages must not leave work about a stage of the past."""
        self._enter("dormant")
        self._put("won_back", event=False)
        self._work()
        self.assertEqual(self._starts().state, "left")

    def test_next_stage_next_plan(self):
        """From one stage to the next, one plan makes way for the other; coming back starts it
        anew."""
        self._create_playbook("lost", self._create_plan("Last", "salesperson"))
        for stage in ("dormant", "lost", "dormant"):
            self._enter(stage)
        self.assertEqual(self._starts().mapped("state"), ["left", "left", "open"])
        self.assertEqual(self._starts().mapped("stage"), ["dormant", "lost", "dormant"])

    def test_overtaken(self):
        """Between the grading and the job the customer moved on: the old plan must not start."""
        self._put("dormant")
        self._enter("mature")
        self.assertFalse(self._starts())
        events = self.env["customer.tier.event"].search([("partner_id", "=", self.buyer.id)])
        self.assertEqual(set(events.mapped("state")), {"overtaken", "done"})

    def test_done(self):
        """When everything is done the plan counts as done."""
        self._enter("dormant")
        self._activities().action_feedback()
        self._work()
        self.assertEqual((self._starts().state, self._starts().done_count), ("done", 2))

    def test_stages_do_not_disturb_tiers(self):
        """An event of a stage swallowed the promotion of the same customer, or the other way
        round."""
        standing = self._standing(self.buyer)
        self.env["customer.tier.event"].create(
            {
                "standing_id": standing.id,
                "company_id": self.company.id,
                "program_id": self.program.id,
                "kind": "first",
                "to_tier_id": standing.tier_id.id,
                "date": self._days_ago(0),
            }
        )
        self._enter("dormant")
        events = self.env["customer.tier.event"].search([("partner_id", "=", self.buyer.id)])
        self.assertEqual(
            {(event.kind, event.state) for event in events}, {("first", "done"), ("stage", "done")}
        )

    def test_daily_limit(self):
        """A hundred plans on the first morning would be a hundred ignored: the best first, the
        others on the next days."""
        others = [self._create_buyer(f"Buyer {amount}", amount) for amount in (30000, 9000)]
        best, second = others
        self._grade()
        self.playbook.daily_limit = 2
        self._enter("dormant", self.buyer, best, second)
        self.assertEqual(self._starts(best).state, "open")
        self.assertEqual(self._starts(second).state, "open")
        self.assertEqual(self._starts().state, "waiting")
        self._work()
        self.assertEqual(self._starts().state, "waiting", "the day is full")
        self._starts(best).started_on = self._days_ago(1)
        self._work()
        self.assertEqual(self._starts().state, "open")

    def test_waiting_ends_with_the_stage(self):
        """Who has left the stage before the turn came is not approached at all."""
        self.playbook.daily_limit = 1
        other = self._create_buyer("Other", 30000)
        self._grade()
        self._enter("dormant", self.buyer, other)
        self.assertEqual(self._starts().state, "waiting")
        self._enter("mature")
        self.assertFalse(self._starts())

    def test_responsible_has_left(self):
        """Work for somebody who has left is done by nobody: the team leader gets it, then the
        fallback user."""
        fallback = self._create_user("tiering_fallback", "sales_team.group_sale_salesman")
        self.company.customer_tier_fallback_user_id = fallback
        gone = self._create_user("tiering_gone", "sales_team.group_sale_salesman")
        self.buyer.user_id = gone
        plan = self._create_plan("Named", "salesperson", "team_leader", "on_demand")
        plan.template_ids[2].write({"responsible_type": "other", "responsible_id": gone.id})
        self.playbook.plan_id = plan
        gone.active = False
        self._enter("dormant")
        self.assertEqual(self._activities().user_id, fallback)
        self._enter("mature")
        self.env["sale.order"].search([("partner_id", "=", self.buyer.id)]).team_id = self.team
        self._enter("dormant")
        self.assertEqual(self._activities().user_id, self.leader)

    def test_first_that_fits(self):
        """A playbook for Gold customers comes before the one for all, and never beside it."""
        gold = self._create_playbook(
            "dormant",
            self._create_plan("Gold", "salesperson"),
            sequence=1,
            tier_ids=[Command.set(self.program.tier_ids[2].ids)],
        )
        rich = self._create_buyer("Rich", 20000)
        self._grade()
        self._enter("dormant", self.buyer, rich)
        self.assertEqual(self._starts(rich).playbook_id, gold)
        self.assertEqual(self._starts().playbook_id, self.playbook)

    def test_other_company(self):
        """A playbook of one company is no business of the other's customers."""
        self.playbook.company_id = self.company_b
        self._enter("dormant")
        self.assertFalse(self._starts())

    def test_archived(self):
        """Neither an archived playbook nor one of an archived plan starts."""
        self.plan.active = False
        self._enter("dormant")
        self.plan.active = True
        self.playbook.active = False
        self._enter("dormant")
        self.assertFalse(self._starts())

    def test_one_failing_customer(self):
        """A customer whose plan cannot start must not cost the others theirs, and may be tried
        again."""
        other = self._create_buyer("Other", 50)
        self._grade()
        real = type(self.Start)._activity_vals
        bad = self.buyer

        def activity_vals(self, template, user):
            if self.partner_id == bad:
                raise ValueError("No such thing")
            return real(self, template, user)

        with (
            patch.object(type(self.Start), "_activity_vals", activity_vals),
            mute_logger(WORK_LOGGER),
        ):
            self._enter("dormant", self.buyer, other)
        self.assertEqual(self._starts(other).state, "open")
        start = self._starts()
        self.assertEqual((start.state, start.error), ("failed", "No such thing"))
        start.with_user(self.officer).action_retry()
        self._work()
        self.assertEqual(self._starts().state, "open")

    def test_language(self):
        """Plans come in the language of who carries them out."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.salesperson.lang = "fr_FR"
        template = self.plan.template_ids[0]
        template.with_context(lang="fr_FR").summary = "Appeler"
        self._enter("dormant")
        summaries = self._activities().sorted("id").mapped("summary")
        self.assertEqual(summaries, ["Appeler", "Plan for team_leader"])

    def test_merged_customers(self):
        """Two open plans of one customer would leave activities that nothing ends."""
        twin = self._create_buyer("Twin")
        self._grade()
        self._enter("dormant", self.buyer, twin)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([self.buyer.id, twin.id], self.buyer, extra_checks=False)
        self.env.invalidate_all()
        under_way = self._starts().filtered(lambda start: start.state == "open")
        self.assertEqual(len(under_way), 1)
        self.assertEqual(self._activities(), under_way.activity_ids)

    def test_from_history(self):
        """The queue is filled with the line of history, once."""
        self.company.customer_tier_graded_on = self._days_ago(1)
        store = self.env["customer.tier.store"]
        after = store._last_change()
        standing = self._standing(self.buyer)
        self.env["customer.tier.change"].sudo()._by_system().create(
            {
                "standing_id": standing.id,
                "date": self._days_ago(0),
                "direction": "stay",
                "reason": "rule",
                "from_tier_id": standing.tier_id.id,
                "to_tier_id": standing.tier_id.id,
                "from_stage": "mature",
                "to_stage": "dormant",
            }
        )
        self.env.flush_all()
        for _again in range(2):
            store._enqueue(self.company, after)
        self.env.invalidate_all()
        event = self.env["customer.tier.event"].search([("partner_id", "=", self.buyer.id)])
        self.assertEqual(
            (event.kind, event.from_stage, event.to_stage), ("stage", "mature", "dormant")
        )
        self.assertEqual(event.headline, "Stage: from Mature to Dormant")


@tagged("post_install", "-at_install")
class TestFirstGrading(PlaybookCase):
    def setUp(self):
        super().setUp()
        self.run = self.env["customer.tier.run"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self._put("dormant", event=False)

    def _wizard(self):
        action = self.run.with_user(self.officer).action_tell()
        return self.env["customer.tier.tell"].with_user(self.officer).browse(action["res_id"])

    def test_none_unless_asked(self):
        """An old database would put a plan on every customer at once."""
        self.assertTrue(self.run.untold)
        wizard = self._wizard()
        self.assertEqual(wizard.playbook_count, 1)
        self.assertIn("Dormant: Plan", wizard.playbook_forecast)
        wizard.action_tell()
        self._work()
        self.assertFalse(self._starts())

    def test_asked(self):
        """Who wants it gets it, after the counts."""
        wizard = self._wizard()
        wizard.start_playbooks = True
        wizard.action_tell()
        self._work()
        self.assertEqual(self._starts().state, "open")

    def test_held(self):
        """More than the company tells without asking waits for an officer, who sees what would
        start."""
        self._put("lost", event=False)
        self._put("dormant")
        event = self.env["customer.tier.event"].search([("kind", "=", "stage")], limit=1)
        event.state = "held"
        self._work()
        self.assertFalse(self._starts())
        action = event.with_user(self.officer).action_tell()
        wizard = self.env["customer.tier.tell"].with_user(self.officer).browse(action["res_id"])
        self.assertEqual(wizard.playbook_count, 1)
        wizard.action_tell()
        self._work()
        self.assertEqual(self._starts().state, "open")


@tagged("post_install", "-at_install")
class TestPlaybookRules(PlaybookCase):
    def test_bad_plans(self):
        """A playbook that does nothing, or cannot, is refused with what to do instead."""
        empty = self._create_plan("Empty")
        orders = self.env["mail.activity.plan"].create(
            {"name": "Orders", "res_model": "sale.order", "company_id": False}
        )
        foreign = self._create_plan("Foreign", "salesperson", company_id=self.company_b.id)
        for plan, message in (
            (empty, "no activities"),
            (orders, "applies to contacts"),
            (foreign, "Choose that company"),
        ):
            with self.subTest(plan.name), self.assertRaisesRegex(ValidationError, message):
                self._create_playbook("lost", plan)
        with self.assertRaisesRegex(ValidationError, "made for other records"):
            self.plan.template_ids.responsible_type = "on_demand"
            self.plan.res_model = "sale.order"

    def test_assignment_is_for_contacts(self):
        """A quotation has no salesperson of the customer to ask for here."""
        with self.assertRaisesRegex(ValidationError, "only activities on contacts"):
            self.env["mail.activity.plan"].create(
                {
                    "name": "Orders",
                    "res_model": "sale.order",
                    "template_ids": [Command.create({"responsible_type": "salesperson"})],
                }
            )

    def test_launched_by_hand(self):
        """The same plan can be launched from the contact, by core's own dialog."""
        wizard = (
            self.env["mail.activity.schedule"]
            .with_context(active_model="res.partner", active_ids=self.buyer.ids)
            .with_company(self.company)
        )
        form = Form(wizard.create({"plan_id": self.plan.id}))
        form.save().action_schedule_plan()
        self.assertEqual(self._activities().user_id, self.salesperson | self.leader)

    def test_default_playbooks(self):
        """Every stage has one after installing, for all companies, with things to do."""
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "customer_tiering_playbook"),
                ("model", "=", "customer.stage.playbook"),
            ]
        )
        playbooks = self.env["customer.stage.playbook"].browse(data.mapped("res_id"))
        stages = dict(self.env["customer.stage.playbook"]._fields["stage"].selection)
        self.assertEqual(set(playbooks.mapped("stage")), set(stages))
        playbooks._check_plan()
        for template in playbooks.plan_id.template_ids:
            with self.subTest(template.summary):
                self.assertTrue(template.note)
                self.assertIn(template.responsible_type, ("salesperson", "team_leader"))
                self.assertFalse(template.company_id)

    def test_rights(self):
        """Managers make playbooks and their plans, salespeople look."""
        plan = self._create_plan("Own", "salesperson").with_user(self.manager)
        plan.name = "Renamed"
        plan.template_ids.summary = "Renamed"
        Playbook = self.env["customer.stage.playbook"]
        playbook = Playbook.with_user(self.manager).create({"stage": "new", "plan_id": plan.id})
        self.assertEqual(playbook.with_user(self.salesperson).activity_count, 1)
        for user in (self.salesperson, self.officer):
            with self.subTest(user.login), self.assertRaises(AccessError):
                playbook.with_user(user).daily_limit = 5
        orders = self.env["mail.activity.plan"].create(
            {"name": "Orders", "res_model": "sale.order"}
        )
        with self.assertRaises(AccessError):
            orders.with_user(self.manager).name = "Mine"

    def test_company_rules(self):
        """Company B neither sees A's playbooks nor what they started."""
        self.playbook.company_id = self.company
        self._enter("dormant")
        start = self._starts()
        self.assertEqual(self.buyer.with_user(self.salesperson).customer_playbook_start_ids, start)
        for record in (self.playbook, start):
            seen = record.with_user(self.salesperson_b).search([("id", "=", record.id)])
            self.assertFalse(seen)
