import re
from collections import Counter
from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import format_date

from ..explain import run_words
from ..explain.words import bracketed, clauses, labelled, percent, series
from .common import OWN, ExplainingCase
from .history_common import ApprovalCase

# Names of files of ours, and paths to them.
FILES = re.compile(r"\w+\.(?:py|md|xml|csv|json|js)\b|\b\w+/\w+\.\w{2,4}\b")


@tagged("post_install", "-at_install")
class TestKeepAndNext(ExplainingCase):
    """Whoever is in a tier is told how to keep it, and how to reach the next one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.low, cls.silver, cls.gold, cls.top = cls._ladder()

    @classmethod
    def _ladder(cls, **vals):
        cls.program = cls._create_program(
            tiers=[
                "Low",
                {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
                {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
                {"name": "Top", "conditions": [("amount", ">=", 20000)]},
            ],
            indicators=[],
            domain=OWN,
            hold_months=12,
            review_every="month",
            **vals,
        )
        return cls.program.tier_ids

    def _held(self, reached, left):
        """A customer who reached a tier by an amount that is mostly gone from the year."""
        buyer = self._create_own_customer("Held", (390, reached), (20, left))
        self._grade(as_of=self._days_ago(30))
        self.assertEqual(self._standing(buyer).amount, reached)
        self._grade()
        self.env.invalidate_all()
        return buyer

    def _said(self, partner):
        return {k: v.replace("\xa0", " ") for k, v in self._sentences(partner).items()}

    def _until(self, partner):
        return format_date(self.env, self._standing(partner).guaranteed_until)

    def test_top_tier_by_guarantee(self):
        """Who is in the highest tier by guarantee was shown the way “To Gold”, or to the tier it
        is in."""
        buyer = self._held(25000, 6000)
        self.assertEqual(self._standing(buyer).tier_id, self.top)
        said = self._said(buyer)
        self.assertEqual(
            said["waiting"],
            f"Top is kept until {self._until(buyer)}; after that it needs Amount bought in a year "
            "≥ 20,000.00 € (today 6,000.00 €).",
        )
        self.assertNotIn("next", said)

    def test_tier_between_by_guarantee(self):
        """Gold by guarantee was told the way to Silver, below it."""
        buyer = self._held(9000, 300)
        self.assertEqual(self._standing(buyer).tier_id, self.gold)
        said = self._said(buyer)
        self.assertIn("after that it needs Amount bought in a year ≥ 5,000.00 €", said["waiting"])
        self.assertRegex(said["next"], r"^To Top: 19,700.00 € more bought")

    def test_guarantee_that_nothing_threatens(self):
        """“Keeps Gold while …” says that it is lost tomorrow, of a tier that is guaranteed."""
        buyer = self._create_own_customer("Kept", (10, 6000))
        self._grade()
        said = self._said(buyer)
        self.assertEqual(
            said["keep"],
            f"Gold is kept until {self._until(buyer)}; after that it needs Amount bought in a year "
            "≥ 5,000.00 €.",
        )
        self.assertRegex(said["next"], r"^To Top: 14,000.00 € more bought by ")

    def test_below_what_keeps_without_a_guarantee(self):
        """Waiting for the review, a customer was not told what would keep the tier."""
        self.program.write({"hold_months": 0, "review_every": "year"})
        buyer = self._held(9000, 300)
        said = self._said(buyer)
        self.assertEqual(
            said["keep"],
            "To keep Gold: Amount bought in a year ≥ 5,000.00 € (today 300.00 €).",
        )
        self.assertRegex(said["next"], r"^To Top: 19,700.00 € more bought")

    def test_tier_by_hand(self):
        """What is set by hand is kept by hand."""
        buyer = self._held(9000, 300)
        self._set_tier(buyer, self.top)
        said = self._said(buyer)
        self.assertNotIn("To keep", said.get("keep", ""))
        self.assertNotIn("waiting", said)

    def test_figures_of_a_tier_by_hand_ask_for_more(self):
        """Of somebody in Gold by hand, “Stays Silver because it is locked: ” was said, although
        nothing was locked and the tier was Gold."""
        self.program.write({"approval": "both", "hold_months": 0})
        buyer = self._create_own_customer("By hand", (40, 3000))
        self._grade(as_of=self._days_ago(20))
        self._create_order(buyer, 22000, date=10)
        self._grade()
        self._set_tier(buyer, self.gold)
        self._grade()
        self.assertEqual(self._standing(buyer).computed_tier_id, self.silver)
        said = self._said(buyer)
        self.assertEqual(said["why"], "Gold because it was set by hand; computed: Silver.")
        self.assertNotIn("waiting", said)

    def test_locked(self):
        """A tier that was locked was said to be kept until a day only, and to need something to
        be kept after it."""
        buyer = self._held(9000, 300)
        standing = self._standing(buyer)
        standing.write({"lock": "down", "manual_reason": "An old friend"})
        self._grade()
        said = self._said(buyer)
        self.assertEqual(said["waiting"], "Stays Gold because it is locked: An old friend")
        self.assertNotIn("keep", said)
        self.assertRegex(said["next"], r"^To Top: ")
        standing.write({"lock": "both", "manual_reason": "An old friend"})
        self._grade()
        self.assertNotIn("next", self._said(buyer), "no order leads to Top while it is locked")

    def test_locked_where_the_figures_are(self):
        """“After that it needs …” of a tier that a lock keeps; and an end without a reason was a
        colon."""
        buyer = self._create_own_customer("Kept", (10, 6000))
        self._grade()
        standing = self._standing(buyer)
        standing.write({"lock": "down", "manual_reason": "Friend"})
        self._grade()
        self.assertEqual(self._said(buyer)["keep"], "Stays Gold because it is locked: Friend")
        self.env.cr.execute("UPDATE customer_tier_standing SET manual_reason = NULL")
        self.env.invalidate_all()
        self.assertEqual(self._said(buyer)["keep"], "Stays Gold because it is locked.")

    def test_any_of_them_keeps(self):
        """With three small orders Gold was said to need three orders, although 5,000 would have
        kept it as well."""
        orders = {"metric_id": self._metric("order_count").id, "operator": ">=", "value": 3}
        self.gold.write({"condition_match": "any", "condition_ids": [Command.create(orders)]})
        buyer = self._create_own_customer("Often", (10, 100), (9, 100), (8, 100))
        self._grade()
        bounds = "Amount bought in a year ≥ 5,000.00 € or Number of orders in a year ≥ 3"
        self.assertEqual(
            self._said(buyer)["keep"],
            f"Gold is kept until {self._until(buyer)}; after that it needs {bounds}.",
        )
        self.program.hold_months = 0
        self._grade()
        self.assertEqual(self._said(buyer)["keep"], f"Keeps Gold while {bounds}.")

    def test_share_of_the_best(self):
        """“Keeps Top while Amount ≥ 9,000.00 €” of a place among the best, which others take."""
        self.program.hold_months = 0
        amount = self._metric("amount").id
        no_bound = [Command.clear()]
        self.top.write({"top_share": 20, "top_metric_id": amount, "condition_ids": no_bound})
        buyers = [self._create_own_customer(f"No {n}", (10, 1000 * n)) for n in range(1, 11)]
        self._grade()
        best, second = buyers[9], buyers[7]
        place = "among the best by Amount bought in a year (when last measured ≥ 9,000.00 €)"
        self.assertEqual(self._said(best)["keep"], f"Keeps Top while {place}.")
        self.assertIn(f"To Top: {place}", self._said(second)["next"])

    def test_requirements_name_the_currency(self):
        """The list of tiers asked for 20,000 of whatever the reader thought of."""
        self.assertEqual(
            self.top.requirement.replace("\xa0", " "), "Amount bought in a year ≥ 20,000.00 €"
        )
        condition = self.top.condition_ids.display_name.replace("\xa0", " ")
        self.assertEqual(condition, "Amount bought in a year ≥ 20,000.00 €")


@tagged("post_install", "-at_install")
class TestChinese(ExplainingCase):
    """Sentences that are put together of parts read as if they had been written in one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.chinese = cls.env(context=dict(cls.env.context, lang="zh_CN"))

    def test_marks(self):
        """Chinese sentences had English commas and colons with gaps where names stood one after
        another."""
        self.assertEqual(series(self.chinese, ["金卡", "银卡"]), "金卡、银卡")
        self.assertEqual(clauses(self.chinese, ["甲", "乙"]), "甲；乙")
        self.assertEqual(labelled(self.chinese, "金卡", "12"), "金卡：12")
        self.assertEqual(series(self.env, ["Gold", "Silver"]), "Gold, Silver")
        self.assertEqual(clauses(self.env, ["a", "b"]), "a; b")
        self.assertEqual(labelled(self.env, "Gold", "12"), "Gold: 12")
        self.assertEqual(percent(self.chinese, "10"), "10%")
        self.assertEqual(bracketed(self.chinese, "金卡", "12"), "金卡（12）")
        self.assertEqual(percent(self.env, "10"), "10 %")
        self.assertEqual(bracketed(self.env, "Gold", "12"), "Gold (12)")
        waiting = run_words.undecided(self.chinese, Counter(proposals=1, events=2))
        self.assertNotRegex(waiting, r"[,;:]")

    def test_several_requirements(self):
        """“（当前 300.00 €） 且 近一年订单数” had a gap between Chinese characters."""
        program = self._create_program(
            tiers=[
                "Low",
                {"name": "Gold", "conditions": [("amount", ">=", 500), ("order_count", ">=", 3)]},
            ],
            indicators=[],
            domain=OWN,
            hold_months=0,
            review_every="year",
        )
        buyer = self._create_own_customer("Held", (390, 900), (389, 1), (388, 1), (20, 300))
        self._grade(as_of=self._days_ago(300))
        self._grade()
        standing = self._standing(buyer).with_context(lang="zh_CN")
        self.assertEqual(standing.tier_id, program.tier_ids[1])
        said = {s["kind"]: s["text"] for s in standing.explanation["sentences"]}
        self.assertIn("），且", said["keep"])
        for text in said.values():
            self.assertNotRegex(text, r"[\u3000-\u9fff，。：；（）] [\u4e00-\u9fff]")


@tagged("post_install", "-at_install")
class TestProposalWords(ApprovalCase):
    """The list of proposals is enough to decide."""

    def test_amount_rule_and_reason(self):
        """Officers opened one customer after another to see why it should change."""
        self._review()
        down = self._proposals(self.falling).with_user(self.officer)
        up = self._proposals(self.rising).with_user(self.officer)
        for proposal in down + up:
            self.assertEqual(proposal.amount, proposal.standing_id.amount)
            self.assertEqual(proposal.currency_id, self.company.currency_id)
        self.assertEqual(up.rule, self.gold.requirement)
        self.assertRegex(up.reason, r"^Amount bought in a year .*26,000.* ≥ .*20,000")
        self.assertIn("Amount bought in a year", down.rule)
        self.assertRegex(down.reason, r"Amount bought in a year ≥ .* \(today .*\)")

    def test_amount_of_the_day(self):
        """An answered proposal showed what was bought since."""
        self._review()
        proposal = self._proposals(self.rising)
        amount = proposal.amount
        self.assertTrue(amount)
        proposal.with_user(self.officer).action_accept()
        self._create_order(self.rising, 7777, date="2025-02-03")
        self._grade(as_of="2025-02-04")
        self.env.invalidate_all()
        self.assertEqual(proposal.amount, amount)
        self.assertFalse(proposal.reason, "the figures are of another day by now")

    def test_what_the_list_costs(self):
        """A page of proposals asked the database for each line."""
        self._review()
        proposals = self._proposals()
        names = ["amount", "rule", "reason"]
        proposals.with_user(self.officer).read(names)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            proposals.with_user(self.officer).read(names)

    def test_refused_until_a_day(self):
        """“Not before next month” makes people count days."""
        self.program.review_every = "day"
        self._review()
        proposal = self._proposals(self.rising)
        message = proposal.with_user(self.officer)._refuse("Not yet")["params"]["message"]
        standing = proposal.standing_id
        again = (self._days_ago(0).replace(day=28) + timedelta(days=4)).replace(day=1)
        self.assertIn(format_date(self.env, again), message)
        said = {s["kind"]: s["text"] for s in standing.explanation["sentences"]}
        self.assertIn(format_date(self.env, again), said["waiting"])


@tagged("post_install", "-at_install")
class TestColumnWords(ExplainingCase):
    """Columns say of what time their figures are."""

    def _label(self, model="customer.tier.standing", name="amount", lang=None):
        env = self.env(user=self.salesperson)
        if lang:
            env = env(context=dict(env.context, lang=lang))
        return env[model].fields_get([name])[name]["string"]

    def test_period(self):
        """“Amount Bought” of a year stood beside invoiced amounts of all time."""
        self._create_program(domain=OWN)
        self.assertEqual(self._label(), "Amount, 12 months")
        self.assertEqual(self._label(name="order_count"), "Orders, 12 months")
        self.assertEqual(self._label("customer.tier.proposal"), "Amount, 12 months")
        amount = self._metric("amount")
        amount.window_months = 24
        self.assertEqual(self._label(), "Amount, 24 months")
        amount.window_months = 0
        self.assertEqual(self._label(), "Amount, all time")

    def test_years_of_their_own(self):
        """Of a calendar year, twelve months are wrong."""
        program = self._create_program(domain=OWN, period="calendar")
        self.assertEqual(self._label(), "Amount, calendar year")
        program.period = "anniversary"
        self.assertEqual(self._label(), "Amount, customer's year")
        self._create_program(domain=OWN)
        self.assertEqual(self._label(), "Amount Bought", "each programme has another one")

    def test_everywhere(self):
        """The list said one thing, the form, the pivot or a file another."""
        self._create_program(domain=OWN)
        Standing = self.env["customer.tier.standing"].with_user(self.salesperson)
        shown = Standing.get_views([(False, kind) for kind in ("list", "form", "kanban", "pivot")])
        fields = shown["models"]["customer.tier.standing"]["fields"]
        self.assertEqual(fields["amount"]["string"], "Amount, 12 months")
        for kind, view in shown["views"].items():
            for name in re.findall(r'<field name="(?:amount|order_count)"[^>]*>', view["arch"]):
                self.assertNotIn("string=", name, kind)

    def test_gradings(self):
        """The list of gradings hid how many customers it changed, and added up the customers of
        every night to millions."""
        Run = self.env["customer.tier.run"]
        arch = Run.get_view(view_type="list")["arch"]
        shown = [
            re.search(r'name="(\w+)"', field).group(1)
            for field in re.findall(r"<field [^>]*>", arch)
            if 'optional="hide"' not in field
        ]
        for name in ("customer_count", "written_count", "error_count"):
            self.assertIn(name, shown)
        fields = Run.fields_get(["customer_count", "written_count"])
        self.assertEqual(fields["customer_count"]["string"], "Customers Graded")
        self.assertEqual(fields["written_count"]["string"], "Customers Changed")
        buyer = self._create_own_customer("Buyer", (10, 6000))
        self._create_program(domain=OWN)
        runs = self._grade() + self._grade()
        self.assertEqual(runs.mapped("written_count"), [len(self._standing(buyer)), 0])
        ((count, written),) = Run._read_group(
            [("id", "in", runs.ids)], [], ["customer_count:max", "written_count:sum"]
        )
        self.assertEqual((count, written), (1, 1))
        self.assertNotEqual(Run._fields["customer_count"].aggregator, "sum")

    def test_help_names_no_file(self):
        """A help text sent people to “grading/replay.py”."""
        ours = self.env["ir.model.fields"].search(
            ["|", ("model", "=like", "customer.%"), ("name", "=like", "customer_%")]
        )
        for field in ours:
            self.assertNotRegex(f"{field.field_description} {field.help or ''}", FILES, field.name)
        views = self.env["ir.ui.view"].search(
            [("model", "=like", "customer.%"), ("type", "!=", "qweb")]
        )
        for view in views:
            words = " ".join(
                re.findall(r'(?:string|help|placeholder|confirm)="([^"]*)"', view.arch)
            )
            words += " ".join(re.findall(r">([^<]+)<", view.arch))
            self.assertNotRegex(words, FILES, view.xml_id)
