from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..presets.data import ENTRY_RULES, PRESETS
from .program_common import EntryCase


@tagged("post_install", "-at_install")
class TestEntryRules(EntryCase):
    def test_tag(self):
        """Contacts who never ordered are graded because they are tagged, by their own tag, a tag
        below it, or one of their contact person; others stay out of the grading."""
        self._rule(tag_id=self.tag.id)
        below = self.env["res.partner.category"].create({"name": "2026", "parent_id": self.tag.id})
        tagged_one = self._contact(category_id=self.tag.ids)
        tagged_below = self._contact(category_id=below.ids)
        company = self._contact()
        self._create_customer("Person", parent_id=company.id, category_id=self.tag.ids)
        other = self._contact(category_id=self.env.ref("customer_tiering.tag_search").ids)
        supplier = self._contact(supplier_rank=1)
        tiers = self._tiers(tagged_one, tagged_below, company)
        self.assertEqual(tiers, ["Gold", "Gold", "Gold"])
        self.assertFalse(self._standing(other) | self._standing(supplier))

    def test_quotation(self):
        """Medium and source are those of quotations, also of cancelled ones; not of two."""
        self._rule(medium_id=self.medium.id, source_id=self.source.id)
        self._rule("By exhibition", medium_id=self.medium.id, tier_id=self.silver.id)
        one, other, two = (self._contact() for _ in range(3))
        both = {"medium_id": self.medium.id, "source_id": self.source.id}
        self._create_order(one, state="cancel", **both)
        self._create_order(other, state="draft", medium_id=self.medium.id)
        self._create_order(two, state="sent", medium_id=self.medium.id)
        self._create_order(two, state="sent", source_id=self.source.id)
        self.assertEqual(self._tiers(one, other, two), ["Gold", "Silver", "Silver"])
        self._rule("Quotation of another company", tier_id=self.bronze.id)
        elsewhere = self._create_customer("Shared")
        self._create_order(elsewhere, state="draft", company=self.company_b, **both)
        self.assertEqual(self._tiers(elsewhere), [""])

    def test_region(self):
        """A region alone makes nobody a prospect: every supplier has a country."""
        self._rule(country_group_id=self.env.ref("customer_tiering.region_east_asia").id)
        vals = {"country_id": self.env.ref("base.jp").id}
        customer = self._contact(customer_rank=1, **vals)
        supplier = self._contact(supplier_rank=1, **vals)
        far = self._contact(customer_rank=1, country_id=self.env.ref("base.br").id)
        self.assertEqual(self._tiers(customer, far), ["Gold", "Bronze"])
        self.assertFalse(self._standing(supplier))

    def test_value_kept_by_hand(self):
        """From the least value on, inclusive; the value is read although no tier asks for it."""
        metric = self.env.ref("customer_tiering.metric_prospects")
        self._rule(metric_id=metric.id, min_value=60)
        partners = [self._contact(), self._contact()]
        for partner, value in zip(partners, (60, 59), strict=True):
            self.env["customer.tier.value"].create(
                {"partner_id": partner.id, "metric_id": metric.id, "value": value}
            )
        self.assertEqual(self._tiers(*partners), ["Gold", "Bronze"])

    def test_first_order(self):
        """Rules do not lift who has ordered; the follow-up ends with the first order."""
        rule = self._rule(tag_id=self.tag.id, follow_up_days=7)
        prospect = self._contact(category_id=self.tag.ids)
        buyer = self._contact(category_id=self.tag.ids)
        self._create_order(buyer, 1500, date=10)
        self.assertEqual(self._tiers(prospect, buyer), ["Gold", "Silver"])
        standing = self._standing(prospect)
        self.assertEqual(standing.entry_rule_id, rule)
        self.assertEqual(standing.next_follow_up_date, self._days_ago(-7))
        self.assertFalse(self._standing(buyer).entry_rule_id)
        self._create_order(prospect, 10, date=0)
        self.assertEqual(self._tiers(prospect), ["Bronze"])
        self.assertFalse(standing.entry_rule_id or standing.next_follow_up_date)

    def test_order_of_rules(self):
        """The topmost rule that fits, as the list is sorted by hand."""
        late = self._rule("Late", sequence=20, tier_id=self.silver.id)
        self._rule("Early", sequence=10, tag_id=self.tag.id)
        partner = self._contact(category_id=self.tag.ids)
        self.assertEqual(self._tiers(partner), ["Gold"])
        late.sequence = 5
        self.assertEqual(self._tiers(partner), ["Silver"])

    def test_programme_decides(self):
        """Rules speak for the customers of their programme only, and of archived tiers they
        rest."""
        japan = self._create_program(
            tiers=["Nippon"], domain="[('country_id.code', '=', 'JP')]", sequence=1
        )
        self._rule(tag_id=self.tag.id)
        partner = self._contact(
            category_id=self.tag.ids, country_id=self.env.ref("base.jp").id, customer_rank=1
        )
        self.assertEqual(self._tiers(partner), ["Nippon"])
        japan.active = False
        self.assertEqual(self._tiers(partner), ["Gold"])
        self.gold.active = False
        self.assertEqual(self._tiers(partner), ["Bronze"])

    def test_graded_within_a_minute_of_the_tag(self):
        """A salesperson back from the fair who tags a contact waits for the price."""
        self._rule(tag_id=self.tag.id)
        partner = self._contact()
        waiting = self.env["customer.tier.stale"]
        self.assertFalse(waiting.search([("partner_id", "=", partner.id)]))
        partner.with_user(self.salesperson).category_id = self.tag
        rows = waiting.search([("partner_id", "=", partner.id)])
        self.assertEqual(rows.company_id, self.company)
        self.assertTrue(self.env["customer.tier.run"]._grade_partners(partner, self.company))
        self.assertEqual(self._standing(partner).tier_id, self.gold)

    def test_explanation(self):
        """“Gold is open to everybody” would be a lie; the name of the rule survives it."""
        rule = self._rule("Trade show", tag_id=self.tag.id)
        partner = self._contact(category_id=self.tag.ids)
        self._tiers(partner)
        standing = self._standing(partner).with_user(self.salesperson)
        sentence = "Gold by the entry rule “Trade show”: no order yet."
        self.assertEqual(standing.explanation["sentences"][0]["text"], sentence)
        rule.unlink()
        standing.invalidate_recordset()
        self.assertEqual(standing.explanation["sentences"][0]["text"], sentence)
        self.assertFalse(standing.entry_rule_id)

    def test_veto_is_told(self):
        """Capped below the rule's tier, with the reason."""
        metric = self.env.ref("customer_tiering.metric_prospects")
        vals = {"metric_id": metric.id, "operator": "<", "value": 20, "tier_id": self.silver.id}
        self.program.veto_ids = [Command.create(vals)]
        self._rule("Trade show", tag_id=self.tag.id)
        partner = self._contact(category_id=self.tag.ids)
        vals = {"partner_id": partner.id, "metric_id": metric.id, "value": 10}
        self.env["customer.tier.value"].create(vals)
        self.assertEqual(self._tiers(partner), ["Silver"])
        texts = [s["text"] for s in self._standing(partner).explanation["sentences"]]
        self.assertIn("Capped: it would be Gold, but Prospects 10 < 20.", texts)

    def test_who_leaves_the_programme(self):
        """Nothing of the entry stays behind on somebody whom no programme selects."""
        self._rule(tag_id=self.tag.id, follow_up_days=3)
        partner = self._contact(category_id=self.tag.ids)
        self._tiers(partner)
        self.program.domain = "[('country_id.code', '=', 'JP')]"
        self.assertEqual(self._tiers(partner), [""])
        standing = self._standing(partner)
        self.assertFalse(standing.entry_rule_id or standing.next_follow_up_date)

    def test_unchanged_night(self):
        """A second grading finds nothing to write."""
        self._rule(tag_id=self.tag.id, follow_up_days=3)
        self._contact(category_id=self.tag.ids)
        self._grade()
        self.assertEqual(self._grade().written_count, 0)


@tagged("post_install", "-at_install")
class TestEntryConfiguration(EntryCase):
    def test_sentence(self):
        """A rule reads as what it does."""
        metric = self.env.ref("customer_tiering.metric_prospects")
        rule = self._rule(
            tag_id=self.tag.id,
            medium_id=self.medium.id,
            source_id=self.source.id,
            country_group_id=self.env.ref("customer_tiering.region_africa").id,
            metric_id=metric.id,
            min_value=60,
            follow_up_days=14,
        )
        self.assertEqual(
            rule.summary,
            "Who is tagged “Trade show: deep talk” and came by “Exhibition” and came from "
            "“Canton Fair” and is in “Africa” and has Prospects ≥ 60 starts as Gold. Follow up "
            "every 14 days.",
        )
        self.assertEqual(self._rule().summary, "Everybody else starts as Gold.")

    def test_form(self):
        """An administrator makes a rule in the dialog of the programme."""
        with Form(self.program.with_user(self.manager)) as form, form.entry_rule_ids.new() as line:
            line.name = "Fair"
            line.tag_id = self.tag
            line.tier_id = self.silver
        self.assertEqual(self.program.entry_rule_ids.tier_id, self.silver)

    def test_tier_of_another_programme(self):
        """Customers would get a tier, and prices, of a programme that they are not in."""
        other = self._create_program(tiers=["Elsewhere"])
        rule = self._rule()
        with self.assertRaisesRegex(ValidationError, "“Elsewhere” belongs to another programme"):
            rule.tier_id = other.tier_ids
        with self.assertRaisesRegex(ValidationError, "belongs to another programme"):
            self._rule("Second", program_id=other.id, tag_id=self.tag.id)

    @mute_logger("odoo.sql_db")
    def _refused(self, call):
        """What the database refuses, as it is told to the user."""
        with self.assertRaises(IntegrityError) as refusal:
            call()
            self.env.flush_all()
        return self.env["customer.tier.entry.rule"]._sql_error_to_message(refusal.exception)

    def test_identical_rules(self):
        """The second would never apply, and nobody would see why."""
        self._rule(tag_id=self.tag.id)
        again = {"tag_id": self.tag.id, "tier_id": self.silver.id}
        self.assertIn("ask for the same", self._refused(lambda: self._rule("Again", **again)))
        self._rule("Everybody", min_value=3)
        everybody = self._refused(lambda: self._rule("Everybody again", min_value=4))
        self.assertIn("ask for the same", everybody)
        self._rule("Narrower", tag_id=self.tag.id, medium_id=self.medium.id)

    def test_negative_cadence(self):
        """No day lies every minus seven days."""
        refusal = self._refused(lambda: self._rule(follow_up_days=-7))
        self.assertIn("Enter 0 for never", refusal)

    def test_computed_metric(self):
        """An amount bought tells nothing of who never bought."""
        with self.assertRaisesRegex(ValidationError, "kept by hand"):
            self._rule(metric_id=self._metric("amount").id)

    def test_usual_rules(self):
        """Best entry tier, second, third, third: also where tiers are fewer or more, and a second
        press adds nothing twice."""
        expected = {
            1: ("1", "1", "1", "1"),
            2: ("2", "1", "1", "1"),
            3: ("3", "2", "1", "1"),
            5: ("3", "2", "1", "1"),
        }
        for size, names in expected.items():
            tiers = [
                {"name": str(n), "conditions": [("amount", ">=", 100 * n)]}
                for n in range(1, size + 1)
            ]
            program = self._create_program(tiers=tiers).with_user(self.manager)
            program.action_add_entry_rules()
            rules = program.entry_rule_ids
            self.assertEqual(tuple(rule.tier_id.name for rule in rules), names)
            self.assertEqual([rule.follow_up_days for rule in rules], [7, 14, 30, 90])
            with self.assertRaisesRegex(UserError, "already"):
                program.action_add_entry_rules()
            rules[1].unlink()
            program.action_add_entry_rules()
            self.assertEqual(len(program.entry_rule_ids), len(ENTRY_RULES))
        with self.assertRaises(AccessError):
            program.with_user(self.officer).action_add_entry_rules()

    def test_presets(self):
        """Every preset comes with them, and with tiers of its own."""
        for code in PRESETS:
            with self.subTest(code):
                program = self._create_program(code)
                self.assertEqual(len(program.entry_rule_ids), len(ENTRY_RULES))
                self.assertLessEqual(program.entry_rule_ids.tier_id, program.tier_ids)

    def test_copy(self):
        """A copied programme gives its own tiers."""
        self._rule(tag_id=self.tag.id)
        copy = self.program.copy()
        self.assertEqual(copy.entry_rule_ids.tier_id, copy.tier_ids[-1])

    def test_loaded_language(self):
        """Rules are named in each colleague's language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        program = self._create_program("vip")
        self.assertTrue(all(r.with_context(lang="fr_FR").name for r in program.entry_rule_ids))


@tagged("post_install", "-at_install")
class TestRegions(EntryCase):
    def test_every_country_is_in_one_region(self):
        """A country in none would vanish from analyses, one in two be counted by chance."""
        # Of these, nobody lives in any.
        empty = {"AQ", "BV"}
        regions = self.env["res.country.group"].search([("customer_is_region", "=", True)])
        self.assertIn(self.env.ref("base.south_america"), regions)
        for country in self.env["res.country"].search([]):
            mine = country.country_group_ids & regions
            with self.subTest(country.code):
                self.assertEqual(len(mine), country.code not in empty)
                self.assertEqual(country.customer_region_id, mine)

    def test_own_region(self):
        """A company draws its own map."""
        group = self.env["res.country.group"].create(
            {"name": "Atlantis", "country_ids": [self.env.ref("base.aq").id]}
        )
        self.assertFalse(self.env.ref("base.aq").customer_region_id)
        group.customer_is_region = True
        self.assertEqual(self.env.ref("base.aq").customer_region_id, group)
        group.country_ids = self.env.ref("base.bv")
        self.assertFalse(self.env.ref("base.aq").customer_region_id)
        self.assertEqual(self.env.ref("base.bv").customer_region_id, group)

    def test_programme_and_analysis(self):
        """Regions select the customers of a programme, and gradings are grouped by them."""
        region = self.env.ref("customer_tiering.region_east_asia")
        self.program.domain = f"[('country_id.country_group_ids', 'in', {region.ids})]"
        japan = self._contact(customer_rank=1, country_id=self.env.ref("base.jp").id)
        brazil = self._contact(customer_rank=1, country_id=self.env.ref("base.br").id)
        self.assertEqual(self._tiers(japan, brazil), ["Bronze", ""])
        Standing = self.env["customer.tier.standing"].with_user(self.salesperson)
        domain = [("company_id", "=", self.company.id)]
        groups = Standing._read_group(domain, ["region_id"], ["__count"])
        self.assertEqual(groups, [(region, 1)])
        self.assertEqual(
            Standing.search([*domain, ("region_id", "=", region.id)]).region_id, region
        )
        self.assertFalse(Standing.search([*domain, ("region_id.name", "=", "Africa")]))
