from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import convert_file


@tagged("post_install", "-at_install")
class TestLeads(TieringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        gold = {"name": "Gold", "conditions": [("amount", ">=", 5000)]}
        cls.program = cls._create_program(
            tiers=["Bronze", {"name": "Silver", "conditions": [("amount", ">=", 100)]}, gold],
        )
        cls.program.action_add_entry_rules()
        cls.tag = cls.env.ref("customer_tiering_crm.tag_trade_show")
        cls.medium = cls.env["utm.medium"].create({"name": "Exhibition"})
        cls.customer = cls._create_customer("Buyer", company_id=cls.company.id)
        cls._create_order(cls.customer, 9000, date=3)

    @classmethod
    def _lead(cls, name="Inquiry", **vals):
        common = {"type": "opportunity", "company_id": cls.company.id, "team_id": False}
        return cls.env["crm.lead"].create({"name": name, "user_id": False, **common, **vals})

    @classmethod
    def _rule(cls, tier, **vals):
        tier = cls.program.tier_ids.filtered(lambda t: t.name == tier)
        cls.env["customer.tier.entry.rule"].create(
            {"program_id": cls.program.id, "name": "Rule", "tier_id": tier.id, **vals}
        )

    def test_tier_of_the_customer(self):
        """Salespeople see whom they talk to, also through a contact, and find and group by it."""
        contact = self._create_customer("Person", parent_id=self.customer.id)
        lead, other = self._lead(partner_id=contact.id), self._lead()
        self._grade()
        self.salesperson.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        Lead = self.env["crm.lead"].with_user(self.salesperson)
        mine = Lead.browse(lead.id)
        self.assertEqual(mine.customer_tier_id.name, "Gold")
        self.assertFalse(mine.customer_entry_tier_id)
        both = [("id", "in", (lead + other).ids)]
        self.assertEqual(Lead.search([*both, ("customer_tier_id.name", "=", "Gold")]), mine)
        self.assertEqual(Lead.search([*both, ("customer_tier_id", "=", False)]).ids, other.ids)
        groups = Lead._read_group(both, ["customer_tier_id"], ["__count"])
        self.assertEqual([(tier.name, count) for tier, count in groups], [("Gold", 1), (False, 1)])

    def test_company_of_the_lead(self):
        """A lead of company B does not show the tier of company A; one of none, that of the
        current company."""
        shared = self._create_customer("Shared")
        self._create_order(shared, 9000, date=3)
        self._grade()
        theirs = self._lead(partner_id=shared.id, company_id=self.company_b.id)
        nobodys = self._lead(partner_id=shared.id, company_id=False)
        self.assertFalse(theirs.customer_tier_id)
        self.assertEqual(nobodys.customer_tier_id.name, "Gold")
        domain = [("id", "in", (theirs + nobodys).ids), ("customer_tier_id", "!=", False)]
        self.assertEqual(self.env["crm.lead"].search(domain), nobodys)

    def test_entry_tier_before_there_is_a_customer(self):
        """By the lead's own tag, medium and country, by the rules of grading; while it is
        typed."""
        self._rule("Silver", medium_id=self.medium.id, sequence=1)
        country_group = self.env.ref("customer_tiering.region_africa").id
        self._rule("Gold", country_group_id=country_group, sequence=90)
        self.assertEqual(self._lead(tag_ids=self.tag.ids).customer_entry_tier_id.name, "Gold")
        by_medium = self._lead(tag_ids=self.tag.ids, medium_id=self.medium.id)
        self.assertEqual(by_medium.customer_entry_tier_id.name, "Silver")
        africa = self._lead(country_id=self.env.ref("base.ke").id)
        self.assertEqual(africa.customer_entry_tier_id.name, "Gold")
        self.assertFalse(self._lead().customer_entry_tier_id)
        with Form(self._lead()) as form:
            form.tag_ids.add(self.tag)
            self.assertEqual(form.customer_entry_tier_id.name, "Gold")

    def test_programme_of_the_customer_to_be(self):
        """A lead from Japan enters the programme that its customer will be graded by."""
        japan = self._create_program(
            tiers=["Nippon"], domain="[('country_id.code', '=', 'JP')]", sequence=1
        )
        japan.action_add_entry_rules()
        vals = {"tag_ids": self.tag.ids}
        lead = self._lead(country_id=self.env.ref("base.jp").id, **vals)
        self.assertEqual(lead.customer_entry_tier_id.name, "Nippon")
        lead = self._lead(country_id=self.env.ref("base.ke").id, **vals)
        self.assertEqual(lead.customer_entry_tier_id.name, "Gold")

    def test_conversion(self):
        """What the lead promised is what its customer gets, from the lead alone."""
        self._rule("Silver", medium_id=self.medium.id, sequence=90)
        leads = self._lead("Talk", tag_ids=self.tag.ids, type="lead")
        leads += self._lead("Fair", medium_id=self.medium.id, type="lead", company_id=False)
        leads += self._lead("Lost", medium_id=self.medium.id)
        leads[2].action_set_lost()
        promised = [lead.customer_entry_tier_id.name for lead in leads]
        self.assertEqual(promised, ["Gold", "Silver", "Silver"])
        for lead in leads:
            lead._handle_partner_assignment(create_missing=True)
        customers = leads.partner_id
        waiting = self.env["customer.tier.stale"].search([("partner_id", "in", customers.ids)])
        self.assertEqual(waiting.partner_id, customers)
        self.assertFalse(self._grade().error_ids)
        self.env.invalidate_all()
        self.assertEqual([lead.customer_tier_id.name for lead in leads], promised)
        self.assertFalse(any(lead.customer_entry_tier_id for lead in leads))
        self.assertFalse(customers.category_id)

    def test_leads_of_others_do_not_count(self):
        """Company B's fair is not where A's customer came from, nor is the lead of tomorrow when
        yesterday is replayed."""
        prospect = self._create_customer("Prospect")
        self._lead(partner_id=prospect.id, tag_ids=self.tag.ids, company_id=self.company_b.id)
        self._grade()
        self.assertFalse(self._standing(prospect))
        self._lead(partner_id=prospect.id, tag_ids=self.tag.ids)
        self._grade(as_of=self._days_ago(1), simulation=True)
        gather = self.env["customer.tier.gather"]
        tag = self.env.ref("customer_tiering.tag_trade_show").id
        for days, expected in ((1, []), (0, [(prospect.id, tag)])):
            scope = gather._scope_of(prospect.ids)
            query = gather._tags_query(self.company, self._days_ago(days), scope, {tag})
            self.assertEqual(gather._rows(query, 2), expected)

    def test_judged_customer(self):
        """A value kept by hand counts for the lead of its customer."""
        self.program.entry_rule_ids.unlink()
        metric = self.env.ref("customer_tiering.metric_prospects")
        self._rule("Silver", metric_id=metric.id, min_value=50)
        prospect = self._create_customer("Prospect", company_id=self.company.id)
        lead = self._lead(partner_id=prospect.id)
        vals = {"partner_id": prospect.id, "metric_id": metric.id, "value": 50}
        self.env["customer.tier.value"].create(vals)
        lead.invalidate_recordset()
        self.assertEqual(lead.customer_entry_tier_id.name, "Silver")

    def test_lead_tag_of_ones_own(self):
        """Any lead tag can stand for a contact tag."""
        search = self.env.ref("customer_tiering.tag_search")
        own = self.env["crm.tag"].create({"name": "Web", "customer_category_id": search.id})
        lead = self._lead(tag_ids=[Command.link(own.id)])
        self.assertEqual(lead.customer_entry_tier_id.name, "Bronze")
        own.customer_category_id = False
        self.assertFalse(lead.customer_entry_tier_id)

    def test_rights(self):
        """Colleagues outside of Sales do not read grades on leads."""
        internal = self._create_user("tiering_internal", "base.group_user")
        for name in ("customer_tier_id", "customer_entry_tier_id", "customer_score"):
            self.assertNotIn(name, self.env["crm.lead"].with_user(internal).fields_get([name]))
        with self.assertRaises(AccessError):
            self._lead().with_user(internal).read(["customer_entry_tier_id"])

    def test_list_costs(self):
        """Eighty leads must not cost eighty times the queries of one."""
        leads = self.env["crm.lead"].create(
            [
                {"name": str(n), "tag_ids": self.tag.ids, "company_id": self.company.id}
                for n in range(40)
            ]
        )
        counts = []
        for some in (leads[:1], leads):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("customer_entry_tier_id.name")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 5)

    def test_lead_taken_away(self):
        """Whoever a lead was given to by mistake kept the tier that it brought until the next
        night, as did the customer of a lead that was deleted."""
        first, second = self._create_customer("First"), self._create_customer("Second")
        lead = self._lead(partner_id=first.id, tag_ids=[Command.set(self.tag.ids)])
        stale = self.env["customer.tier.stale"]
        stale.search([]).unlink()
        lead.partner_id = second
        self.assertEqual(stale.search([]).partner_id, first | second)
        stale.search([]).unlink()
        lead.unlink()
        self.assertEqual(stale.search([]).partner_id, second)

    def test_tags_that_were_deleted(self):
        """Where somebody had deleted a contact tag of the addon, CRM could not be installed any
        more; and deleted tags of leads came back with every upgrade."""
        self.program.entry_rule_ids.unlink()
        file = ("customer_tiering_crm", "data/crm_tag_data.xml", {})
        own = self.env.ref("customer_tiering_crm.tag_search")
        (own | self.tag).unlink()
        self.env.ref("customer_tiering.tag_search").unlink()
        convert_file(self.env, *file, mode="update")
        self.assertFalse(self.env.ref("customer_tiering_crm.tag_search", raise_if_not_found=False))
        convert_file(self.env, *file, mode="init")
        tag = self.env.ref("customer_tiering_crm.tag_search")
        self.assertEqual((tag.name, tag.customer_category_id.ids), ("Found by search", []))
        self.assertTrue(self.env.ref("customer_tiering_crm.tag_trade_show").customer_category_id)


@tagged("post_install", "-at_install")
class TestDedicated(TieringCommon):
    def test_lead_of_nobody(self):
        """A lead from the website of a customer who has a dedicated salesperson waited for
        somebody to take it; or one that somebody has was taken away."""
        customer = self._create_customer("Known")
        Responsible = type(self.env["customer.tier.responsible"])

        def given(_self, customers, _company):
            return dict.fromkeys(customers, self.officer)

        self.patch(Responsible, "_dedicated_users", given)
        lead = {"name": "Inquiry", "partner_id": customer.id, "company_id": self.company.id}
        Lead = self.env["crm.lead"]
        self.assertEqual(Lead.create({**lead, "user_id": False}).user_id, self.officer)
        taken = Lead.create({**lead, "user_id": self.manager.id})
        self.assertEqual(taken.user_id, self.manager)
        self.assertFalse(Lead.create({"name": "Unknown", "user_id": False}).user_id)
