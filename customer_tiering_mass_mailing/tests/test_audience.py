from ast import literal_eval

from lxml import etree

from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval


@tagged("post_install", "-at_install")
class TestAudience(GradingCase):
    """Mailings to tiers, by somebody who has no rights on sales."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(domain=OWN)
        cls.marketer = cls._create_user(
            "tiering_marketer", "base.group_user,mass_mailing.group_mass_mailing_user"
        )
        mail = {"email": "office@gold.example.com"}
        cls.golden = cls._create_own_customer("Golden", (20, 21000), **mail)
        cls.buyer = cls._create_customer(
            "Mia", parent_id=cls.golden.id, email="mia@gold.example.com"
        )
        cls._create_customer("Bo", parent_id=cls.golden.id, email="bo@gold.example.com")
        cls.near = cls._create_own_customer("Near", (20, 4600), email="near@example.com")
        cls.plain = cls._create_own_customer("Plain", (20, 100), email="plain@example.com")
        cls._grade()
        cls.gold = cls.program.tier_ids.filtered(lambda tier: tier.name == "Gold")

    def _found(self, *domain):
        own = ("id", "in", (self.golden | self.golden.child_ids | self.near | self.plain).ids)
        partners = self.env["res.partner"].with_user(self.marketer)
        return partners.search([own, *domain]).sudo(False).with_user(self.env.user)

    def _recipients(self, domain):
        mailing = (
            self.env["mailing.mailing"]
            .with_user(self.marketer)
            .create(
                {
                    "subject": "News",
                    "mailing_type": "mail",
                    "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "mailing_domain": repr(domain),
                }
            )
        )
        return self.env["res.partner"].browse(mailing._get_recipients())

    def test_chosen_on_a_phone(self):
        """On a phone filters are chosen from cards, which named the ready ones in English, and none
        was found by its Chinese name."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_customer_tiering_mass_mailing")._update_translations("zh_CN")
        ready = self.env.ref("customer_tiering_mass_mailing.mailing_filter_dormant")
        Filters = self.env["mailing.filter"].with_user(self.marketer).with_context(lang="zh_CN")
        kinds = ("kanban", "list", "search")
        views = Filters.get_views([(False, kind) for kind in kinds])["views"]
        for kind in kinds[:2]:
            shown = etree.fromstring(views[kind]["arch"]).xpath("//field[not(@column_invisible)]")
            said = ready.with_env(Filters.env)[shown[0].get("name")]
            self.assertEqual(said, "沉睡客户", kind)
        (name,) = etree.fromstring(views["search"]["arch"]).xpath("//field[@name='name']")
        domain = safe_eval(name.get("filter_domain"), {"self": "沉睡"})
        self.assertEqual(Filters.search(domain), ready)

    def test_without_rights_on_sales(self):
        """Marketing cannot mail to a tier: “You are not allowed to read the field”."""
        action = self.gold.with_user(self.marketer).action_mailing()
        domain = literal_eval(action["context"]["default_mailing_domain"])
        self.assertEqual(self._recipients(domain), self.golden)
        partner = self.golden.with_user(self.marketer)
        self.assertEqual(partner.customer_tier_id.name, "Gold")
        for name in ("customer_score", "customer_credit_score"):
            with self.subTest(name), self.assertRaises(AccessError):
                partner.mapped(name)

    def test_one_per_customer(self):
        """Seventeen Gold customers are thirty-four e-mails."""
        self.assertEqual(len(self._found(("customer_tier_id", "=", self.gold.id))), 3)
        one = ("customer_main_contact", "=", True)
        self.assertEqual(self._found(one), self.golden | self.near | self.plain)

    def test_who_orders(self):
        """The office hears of what the buyer decides."""
        for days in (5, 6):
            self._create_order(self.buyer, 10, date=days)
        self.assertIn(self.buyer, self._found(("customer_main_contact", "=", True)))
        self.assertNotIn(self.golden, self._found(("customer_main_contact", "=", True)))
        self.buyer.email = False
        self.assertIn(self.golden, self._found(("customer_main_contact", "=", True)))

    def test_close_to_the_next(self):
        """Nobody can be told that little is lacking."""
        self.assertEqual(self._found(("customer_near_next_tier", "=", True)), self.near)
        self.assertNotIn(self.near, self._found(("customer_near_next_tier", "=", False)))

    def test_about_to_lose(self):
        """Who could still be kept hears of it when the tier is lost."""
        self._standing(self.plain).sudo().noticed_on = self._days_ago(3)
        self.assertEqual(self._found(("customer_about_to_lose", "=", True)), self.plain)

    def test_of_a_year(self):
        """Nobody thinks of an anniversary."""
        self._standing(self.golden).sudo().tier_since = self._days_ago(400)
        found = self._found(
            ("customer_member_of_a_year", "=", True), ("customer_main_contact", "=", True)
        )
        self.assertEqual(found, self.golden)

    def test_other_company(self):
        """Marketing of one company mails to the tiers of another."""
        marketer = self._create_user(
            "tiering_marketer_b",
            "base.group_user,mass_mailing.group_mass_mailing_user",
            company_id=self.company_b.id,
        )
        partners = self.env["res.partner"].with_user(marketer)
        self.assertFalse(partners.search([("customer_tier_id", "=", self.gold.id)]))
        with self.assertRaises(AccessError):
            self.gold.with_user(marketer).action_mailing()

    def test_sent(self):
        """A customer got two e-mails, or somebody who wants none got one."""
        second = self._create_own_customer("Second", (20, 22000), email="second@example.com")
        self._grade()
        self.env["mail.blacklist"]._add("second@example.com")
        domain = [("customer_tier_id", "=", self.gold.id), ("customer_main_contact", "=", True)]
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "News",
                "body_html": "<p>News</p>",
                "mailing_type": "mail",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "mailing_domain": repr(domain),
                "customer_company_id": self.company.id,
                "user_id": self.marketer.id,
            }
        )
        mailing.with_user(self.marketer).action_send_mail()
        traces = {trace.res_id: trace.trace_status for trace in mailing.mailing_trace_ids}
        self.assertEqual(set(traces), {self.golden.id, second.id})
        self.assertEqual(traces[second.id], "cancel")
        self.assertNotEqual(traces[self.golden.id], "cancel")

    def test_sent_by_the_job(self):
        """A mailing of the second company reached nobody: the job that sends it works in the
        first one."""
        theirs = self._create_program(company=self.company_b, domain="[]")
        buyer = self._create_customer("Theirs", email="theirs@example.com")
        self._create_order(buyer, 21000, date=20, company=self.company_b)
        self._grade(company=self.company_b)
        tier = theirs.tier_ids.filtered(lambda tier: tier.name == "Gold")
        domain = [("customer_tier_id", "in", tier.ids), ("customer_main_contact", "=", True)]
        mailings = self.env["mailing.mailing"].with_company(self.company_b)
        mailing = mailings.create(
            {
                "subject": "News",
                "mailing_type": "mail",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "mailing_domain": repr(domain),
            }
        )
        job = mailing.with_user(self.env.ref("base.user_root")).with_company(self.company)
        self.assertEqual(job._get_recipients(), buyer.ids)
        own = mailing.with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(own.with_user(self.marketer)._get_recipients(), [])

    def test_ready_filters(self):
        """A ready filter fails when it is used."""
        for name in ("new", "overdue", "dormant", "lost", "near", "losing", "year"):
            with self.subTest(name):
                ready = self.env.ref(f"customer_tiering_mass_mailing.mailing_filter_{name}")
                self._recipients(literal_eval(ready.mailing_domain))

    def _of_tier(self, tier, audience):
        return self.env["mailing.filter"].search(
            [("customer_tier_id", "=", tier.id), ("customer_audience", "=", audience)]
        )

    def test_filters_of_tiers(self):
        """Who wrote to Gold and better had to know which tiers these are and how a domain is
        typed."""
        gold = self._of_tier(self.gold, "tier").with_user(self.marketer)
        self.assertEqual(gold.display_name, f"{self.program.name}: Gold")
        self.assertEqual(self._recipients(literal_eval(gold.mailing_domain)), self.golden)
        better = self._of_tier(self.gold, "better")
        self.assertIn("Gold and better", better.display_name)
        best = self.program.tier_ids[-1]
        self.assertIn(best.id, literal_eval(better.mailing_domain)[0][2])
        self.assertFalse(self._of_tier(best, "better"), "nothing is better")
        self.gold.name = "Golden"
        self.assertIn("Golden", gold.display_name)
        top = self._tier_vals({"name": "Top", "conditions": [("amount", ">=", 9_000_000)]})
        new = self.env["customer.tier"].create(
            {**top, "program_id": self.program.id, "sequence": 1000}
        )
        self.assertIn(new.id, literal_eval(better.mailing_domain)[0][2])
        self.assertTrue(self._of_tier(best, "better"))
        new.unlink()
        self.assertNotIn(
            new.id, literal_eval(self._of_tier(self.gold, "better").mailing_domain)[0][2]
        )
        self.program.action_archive()
        self.assertFalse(self._of_tier(self.gold, "tier"))
        self.program.action_unarchive()
        self.assertTrue(self._of_tier(self.gold, "tier"))

    def test_filters_of_another_company(self):
        """Marketing of one company read what the tiers of another are called, and wrote to
        nobody."""
        theirs = self._create_program(tiers=["Theirs Alone"], company=self.company_b).tier_ids
        found = self.env["mailing.filter"].with_user(self.marketer).search([])
        self.assertNotIn(theirs, found.sudo().customer_tier_id)
        self.assertIn(self.gold, found.sudo().customer_tier_id)

    def test_names_in_the_language_of_the_reader(self):
        """Ready filters were English in every language, or found only by the words of another
        one; or a name that somebody gave was lost."""
        ready = self.env.ref("customer_tiering_mass_mailing.mailing_filter_dormant")
        self.env["res.lang"]._activate_lang("fr_FR")
        field = self.env["ir.model.fields"]._get("mailing.filter", "customer_audience")
        label = field.selection_ids.filtered(lambda choice: choice.value == "dormant")
        label.with_context(lang="fr_FR").name = "Clients endormis"
        french = ready.with_context(lang="fr_FR")
        self.assertEqual(french.display_name, "Clients endormis")
        self.gold.with_context(lang="fr_FR").name = "Palier d'Or"
        for typed, found in (("ENDORMIS", ready), ("d'or", self._of_tier(self.gold, "tier"))):
            search = french.browse().with_user(self.marketer).name_search
            # Only what is typed is there to go by in a list that shows eight.
            self.assertIn(found.id, [id_ for id_, _name in search(typed)])
        ready.name = "Asleep"
        self.assertEqual(french.display_name, "Asleep")
