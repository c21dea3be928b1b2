from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import TieringCommon

# What only salespeople see on a partner.
GRADING_FIELDS = {
    "customer_tier_id",
    "customer_tier_color",
    "customer_score",
    "customer_segment_id",
    "customer_next_order_date",
    "customer_standing_id",
    "customer_tier_since",
    "customer_last_order_date",
    "customer_tier_explanation",
    "customer_tier_change_ids",
    "customer_tier_timeline",
}


@tagged("post_install", "-at_install")
class TestPartnerFields(TieringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.program = cls._create_program(
            tiers=["Regular", "Silver", "Gold"],
            indicators=[{"metric": "amount", "bands": [(0, 20), (1000, 60)], "rfm_role": "m"}],
            segment_ids=[
                (0, 0, {"name": "Big Spenders", "m_min": 2}),
                (0, 0, {"name": "Others", "sequence": 99}),
            ],
        )
        cls.regular, cls.silver, cls.gold = cls.program.tier_ids
        cls.big, cls.others = cls.program.segment_ids
        cls.golden = cls._create_customer("Golden")
        cls.contact = cls._create_customer("Golden Contact", parent_id=cls.golden.id)
        cls.silvery = cls._create_customer("Silvery")
        # Graded, but without any tier.
        cls.tierless = cls._create_customer("Tierless")
        # Never graded.
        cls.unknown = cls._create_customer("Unknown")
        cls.partners = cls.golden | cls.contact | cls.silvery | cls.tierless | cls.unknown
        soon = cls.today + timedelta(days=10)
        late = cls.today - timedelta(days=100)
        cls.env["customer.tier.standing"].create(
            [
                cls._standing_vals(cls.golden, cls.gold, 80.0, cls.big, soon),
                cls._standing_vals(cls.silvery, cls.silver, 60.5, cls.others, late),
                cls._standing_vals(cls.tierless, cls.gold.browse(), 20.0, cls.big.browse(), False),
            ]
        )
        cls.env.invalidate_all()

    @classmethod
    def _standing_vals(cls, partner, tier, score, segment, next_order_date):
        return {
            "partner_id": partner.id,
            "company_id": cls.company.id,
            "program_id": cls.program.id,
            "tier_id": tier.id,
            "computed_tier_id": tier.id,
            "score": score,
            "segment_id": segment.id,
            "next_order_date": next_order_date,
            "last_order_date": cls.today - timedelta(days=20),
        }

    def _search(self, *domain, order="id", user=None):
        Partner = self.env["res.partner"].with_user(user or self.salesperson)
        return Partner.search([("id", "in", self.partners.ids), *domain], order=order)

    def assertFound(self, domain, expected):
        with self.subTest(domain):
            self.assertEqual(self._search(*domain), expected)
            Partner = self.env["res.partner"].with_user(self.salesperson)
            self.assertEqual(
                Partner.search_count([("id", "in", self.partners.ids), *domain]), len(expected)
            )

    def test_values(self):
        """A customer shows another one's grading."""
        self.assertRecordValues(
            self.golden | self.silvery | self.tierless | self.unknown,
            [
                {"customer_tier_id": self.gold.id, "customer_score": 80.0},
                {"customer_tier_id": self.silver.id, "customer_score": 60.5},
                {"customer_tier_id": False, "customer_score": 20.0},
                {"customer_tier_id": False, "customer_score": 0.0},
            ],
        )
        self.assertEqual(self.golden.customer_segment_id, self.big)
        self.assertEqual(self.golden.customer_next_order_date, self.today + timedelta(days=10))
        self.assertEqual(self.golden.customer_last_order_date, self.today - timedelta(days=20))
        self.assertEqual(self.golden.customer_standing_id, self._standing(self.golden))
        self.assertFalse(self.unknown.customer_standing_id)

    def test_contacts_inherit(self):
        """The tier of a company is missing on its contacts, or lost on moving below one."""
        self.assertEqual(self.contact.customer_tier_id, self.gold)
        self.assertEqual(self.contact.customer_score, 80.0)
        self.assertEqual(self.contact.customer_standing_id, self._standing(self.golden))
        self.contact.parent_id = self.silvery
        self.assertEqual(self.contact.customer_tier_id, self.silver)
        self.env.flush_all()
        self.assertFound([("customer_tier_id", "=", self.gold.id)], self.golden)

    def test_search_tier(self):
        """Filters by tier miss customers, above all those who have none."""
        golden = self.golden | self.contact
        none = self.tierless | self.unknown
        both = [self.gold.id, self.silver.id]
        for domain, expected in [
            ([("customer_tier_id", "=", self.gold.id)], golden),
            ([("customer_tier_id", "!=", self.gold.id)], self.silvery | none),
            ([("customer_tier_id", "in", both)], golden | self.silvery),
            ([("customer_tier_id", "not in", both)], none),
            ([("customer_tier_id", "in", [self.gold.id, False])], golden | none),
            ([("customer_tier_id", "not in", [self.gold.id, False])], self.silvery),
            ([("customer_tier_id", "=", False)], none),
            ([("customer_tier_id", "!=", False)], golden | self.silvery),
            ([("customer_tier_id", "in", [])], self.partners.browse()),
            ([("customer_tier_id", "ilike", "gol")], golden),
            ([("customer_tier_id", "not ilike", "gol")], self.silvery | none),
            ([("customer_tier_id", "=", "Gold")], golden),
            ([("customer_tier_id.name", "=", "Silver")], self.silvery),
            ([("customer_tier_id.program_id", "=", self.program.id)], golden | self.silvery),
            (["!", ("customer_tier_id", "=", self.gold.id)], self.silvery | none),
            (
                ["|", ("customer_tier_id", "=", self.gold.id), ("customer_score", "<", 70)],
                self.partners - self.unknown,
            ),
        ]:
            self.assertFound(domain, expected.sorted("id"))

    def test_search_score(self):
        """Customers without a score are taken for customers with the score 0, or for all."""
        golden = self.golden | self.contact
        for domain, expected in [
            ([("customer_score", ">=", 60.5)], golden | self.silvery),
            ([("customer_score", ">", 60.5)], golden),
            ([("customer_score", "=", 20)], self.tierless),
            ([("customer_score", "<", 70)], self.silvery | self.tierless),
            ([("customer_score", "=", False)], self.unknown),
            (
                [("customer_score", "<=", 60.5), ("customer_score", ">", 0)],
                self.silvery | self.tierless,
            ),
        ]:
            self.assertFound(domain, expected.sorted("id"))

    def test_search_segment(self):
        """A mailing to a segment reaches others."""
        golden = self.golden | self.contact
        self.assertFound([("customer_segment_id", "=", self.big.id)], golden)
        self.assertFound([("customer_segment_id", "ilike", "spend")], golden)
        self.assertFound([("customer_segment_id", "=", False)], self.tierless | self.unknown)

    def test_search_next_order_date(self):
        """The filter for overdue customers, with its relative dates, finds nobody."""
        golden = self.golden | self.contact
        soon = fields.Date.to_string(self.today + timedelta(days=10))
        for domain, expected in [
            ([("customer_next_order_date", "<", "today")], self.silvery),
            ([("customer_next_order_date", ">=", "today")], golden),
            ([("customer_next_order_date", "<", "today -90d")], self.silvery),
            ([("customer_next_order_date", "<", "today -101d")], self.partners.browse()),
            ([("customer_next_order_date", "=", soon)], golden),
            ([("customer_next_order_date", "=", False)], self.tierless | self.unknown),
            ([("customer_next_order_date", "!=", False)], golden | self.silvery),
        ]:
            self.assertFound(domain, expected.sorted("id"))

    def test_search_dotted(self):
        """A filter on users or orders by their customer's tier fails."""
        order = self._create_order(self.contact, state="draft")
        found = self.env["sale.order"].search(
            [("partner_id.customer_tier_id", "=", self.gold.id), ("id", "=", order.id)]
        )
        self.assertEqual(found, order)
        self.assertFound([("parent_id.customer_tier_id", "=", self.gold.id)], self.contact)
        self.assertFound([("child_ids.customer_tier_id", "=", self.gold.id)], self.golden)

    def test_name_search_and_filtered_domain(self):
        """Domains give one answer in the database and another on records in memory."""
        for domain in (
            [("customer_tier_id", "=", self.gold.id)],
            [("customer_tier_id", "=", False)],
            [("customer_score", ">=", 60)],
        ):
            self.assertEqual(
                self.partners.filtered_domain(domain).sorted("id"), self._search(*domain)
            )

    def test_order(self):
        """Sorting the customer list by a column of the grading fails or sorts by nothing."""
        scored = self._search(("customer_score", ">", 0), order="customer_score desc, id")
        self.assertEqual(scored, self.golden | self.contact | self.silvery | self.tierless)
        by_date = self._search(
            ("customer_next_order_date", "!=", False), order="customer_next_order_date, id"
        )
        self.assertEqual(by_date, self.silvery | self.golden | self.contact)
        by_tier = self._search(("customer_tier_id", "!=", False), order="customer_tier_id, id")
        self.assertEqual(by_tier, self.silvery | self.golden | self.contact)
        by_tier = self._search(("customer_tier_id", "!=", False), order="customer_tier_id desc, id")
        self.assertEqual(by_tier, self.golden | self.contact | self.silvery)
        self.assertEqual(len(self._search(order="customer_segment_id")), 5)

    def test_read_group(self):
        """Customers without a grading drop out of groups, or their number is counted twice."""
        Partner = self.env["res.partner"].with_user(self.salesperson)
        domain = [("id", "in", self.partners.ids)]
        groups = Partner._read_group(
            domain, ["customer_tier_id"], ["__count", "customer_score:avg"]
        )
        self.assertEqual(
            {tier.name: (count, score) for tier, count, score in groups},
            {"Silver": (1, 60.5), "Gold": (2, 80.0), False: (2, 20.0)},
        )
        groups = Partner._read_group(
            domain, ["customer_segment_id", "customer_next_order_date:month"], ["__count"]
        )
        self.assertEqual(sum(count for *_, count in groups), 5)
        self.assertEqual(
            Partner._read_group(
                [*domain, ("customer_tier_id", "!=", False)],
                [],
                ["customer_tier_id:count_distinct"],
            ),
            [(2,)],
        )

    def test_formatted_read_group(self):
        """Grouping in the list or kanban shows groups that hold other customers when opened."""
        Partner = self.env["res.partner"].with_user(self.salesperson)
        groups = Partner.formatted_read_group(
            [("id", "in", self.partners.ids)],
            ["customer_tier_id"],
            ["__count", "customer_score:avg"],
        )
        self.assertEqual(len(groups), 3)
        for group in groups:
            found = self._search(*group["__extra_domain"])
            self.assertEqual(len(found), group["__count"])
            tier_id = group["customer_tier_id"] and group["customer_tier_id"][0]
            self.assertEqual(set(found.mapped("customer_tier_id.id")), {tier_id} - {False})
        months = ["customer_next_order_date:month"]
        groups = Partner.formatted_read_group(
            [("id", "in", self.partners.ids)], months, ["__count"]
        )
        for group in groups:
            self.assertEqual(len(self._search(*group["__extra_domain"])), group["__count"])

    def test_web_read_group(self):
        """The pivot or kanban view of customers by tier fails in the browser only."""
        Partner = self.env["res.partner"].with_user(self.salesperson)
        result = Partner.web_read_group(
            [("id", "in", self.partners.ids)], ["customer_tier_id"], ["__count"]
        )
        self.assertEqual(result["length"], 3)

    def test_fields_get(self):
        """The fields cannot be chosen for filters, groups, sorting or export."""
        Partner = self.env["res.partner"].with_user(self.salesperson)
        names = [
            "customer_tier_id",
            "customer_score",
            "customer_segment_id",
            "customer_next_order_date",
        ]
        info = Partner.fields_get(names, ["searchable", "sortable", "groupable", "exportable"])
        for name in names:
            with self.subTest(name):
                self.assertTrue(info[name]["searchable"])
                self.assertTrue(info[name]["sortable"])
                self.assertTrue(info[name]["groupable"])
                self.assertTrue(info[name].get("exportable", True))

    def test_export(self):
        """An export of customers leaves the grading out."""
        self.salesperson.group_ids += self.env.ref("base.group_allow_export")
        rows = self.partners.with_user(self.salesperson).export_data(
            ["name", "customer_tier_id", "customer_score", "customer_segment_id/name"]
        )["datas"]
        self.assertEqual(
            [row[:3] for row in rows],
            [
                ["Golden", "Gold", 80.0],
                ["Golden Contact", "Gold", 80.0],
                ["Silvery", "Silver", 60.5],
                ["Tierless", "", 20.0],
                ["Unknown", "", ""],
            ],
        )
        self.assertEqual(rows[0][3], "Big Spenders")

    def test_per_company(self):
        """A tier shines through to the other company."""
        program_b = self._create_program(tiers=["B"], company=self.company_b)
        self._set_tier(self.silvery, program_b.tier_ids)
        in_b = self.partners.with_company(self.company_b)
        self.assertEqual(in_b.mapped("customer_tier_id"), program_b.tier_ids)
        self.assertFalse(self.golden.with_company(self.company_b).customer_tier_id)
        self.assertEqual(self.silvery.customer_tier_id, self.silver)
        domain = [("id", "in", self.partners.ids), ("customer_tier_id", "!=", False)]
        Partner = self.env["res.partner"]
        self.assertEqual(Partner.with_company(self.company_b).search(domain), self.silvery)
        groups = Partner.with_company(self.company_b)._read_group(
            [("id", "in", self.partners.ids)], ["customer_tier_id"], ["__count"]
        )
        self.assertEqual({tier.name: count for tier, count in groups}, {"B": 1, False: 4})

    def test_user_of_other_company(self):
        """A salesperson of company B reads or is refused because of tiers of company A."""
        partners = self.partners.with_user(self.salesperson_b)
        self.assertEqual(partners.mapped("customer_score"), [0.0] * 5)
        self.assertFalse(partners.customer_tier_id)
        self.assertFalse(partners.customer_standing_id)

    def test_without_sales_rights(self):
        """Staff without sales rights, and portal users, cannot open a contact any more, or see
        what the company thinks of its customers."""
        internal = self._create_user("tiering_internal", "base.group_user")
        portal = self._create_user(
            "tiering_portal", "base.group_portal", partner_id=self.contact.id, name="Portal"
        )
        for user in (internal, portal):
            with self.subTest(user.login):
                partner = self.contact.with_user(user)
                self.assertFalse(GRADING_FIELDS & partner.fields_get().keys())
                self.assertEqual(partner.read(["parent_name"])[0]["parent_name"], "Golden")
                for name in sorted(GRADING_FIELDS):
                    with self.assertRaises(AccessError):
                        partner.read([name])
                Partner = self.env["res.partner"].with_user(user)
                for name in ("customer_tier_id", "customer_score"):
                    with self.assertRaises(AccessError):
                        Partner.search([(name, "!=", False)])
                    with self.assertRaises(AccessError):
                        Partner.search([("id", "=", partner.id)], order=name)
                    with self.assertRaises(AccessError):
                        Partner._read_group([("id", "=", partner.id)], [name], ["__count"])
        with Form(self.contact.with_user(internal)) as form:
            self.assertEqual(form.parent_id, self.golden)
        for view_type in ("list", "kanban", "search"):
            self.env["res.partner"].with_user(internal).get_view(view_type=view_type)

    def test_portal_price(self):
        """A portal user, who may not read tiers, gets standard prices or an error."""
        self.gold.discount = 10.0
        portal = self._create_user(
            "tiering_portal", "base.group_portal", partner_id=self.contact.id, name="Portal"
        )
        pricelist = portal.partner_id.with_user(portal).sudo().property_product_pricelist
        self.assertEqual(pricelist, self.gold.pricelist_id)

    def test_salesperson_cannot_write(self):
        """A salesperson gives a customer a tier by RPC."""
        for vals in ({"customer_tier_id": self.gold.id}, {"customer_score": 100.0}):
            self.silvery.with_user(self.salesperson).write(vals)
            self.env.invalidate_all()
        self.assertEqual(self.silvery.customer_tier_id, self.silver)
        self.assertEqual(self.silvery.customer_score, 60.5)
        with self.assertRaises(AccessError):
            self._standing(self.silvery).with_user(self.salesperson).manual_tier_id = self.gold
        with self.assertRaises(AccessError):
            self._standing(self.silvery).with_user(self.officer).score = 100.0

    def test_forms_and_lists(self):
        """The customer's form fails for a salesperson."""
        with Form(self.golden.with_user(self.salesperson)) as form:
            self.assertEqual(form.customer_tier_id, self.gold)
            form.phone = "+32 2 290 34 90"
        action = self.golden.with_user(self.salesperson).action_open_customer_standing()
        self.assertEqual(action["res_id"], self._standing(self.golden).id)

    def test_new_contact_shows_tier_at_once(self):
        """The badge of a new contact appears only after saving."""
        form = Form(
            self.env["res.partner"]
            .with_user(self.salesperson)
            .with_context(default_parent_id=self.golden.id)
        )
        self.assertEqual(form.customer_tier_id, self.gold)

    def test_history(self):
        """The history of a customer shows other companies' or other customers' changes."""
        self._set_tier(self.silvery, self.gold)
        self._set_tier(self.golden, self.regular)
        changes = self.silvery.with_user(self.salesperson).customer_tier_change_ids
        self.assertEqual(changes.mapped("to_tier_id"), self.gold)
        self.assertEqual(changes.mapped("from_tier_id"), self.silver)

    def test_read_after_change_by_hand(self):
        """Within one request, an officer's change of tier is not seen by what comes after it,
        such as a quotation made by the same automation."""
        self.assertEqual(self.silvery.customer_tier_id, self.silver)
        self.gold.discount = 10.0
        self.assertEqual(self.silvery.property_product_pricelist, self.standard_list)
        self._standing(self.silvery).manual_tier_id = self.gold
        self.assertEqual(self.silvery.customer_tier_id, self.gold)
        self.assertEqual(self.silvery.property_product_pricelist, self.gold.pricelist_id)

    def test_read_after_grading(self):
        """The same for a grading."""
        self.assertEqual(self.unknown.customer_tier_id, self.gold.browse())
        self._create_order(self.unknown, 5000)
        self._grade()
        self.assertEqual(self.unknown.customer_tier_id, self.gold)

    def test_archived_tier_shown(self):
        """A customer of an archived tier cannot be opened or found until the next grading."""
        self.gold.active = False
        self.env.invalidate_all()
        self.assertEqual(self.golden.customer_tier_id, self.gold)
        self.assertFound([("customer_tier_id", "=", self.gold.id)], self.golden | self.contact)

    def test_deleted_customer(self):
        """A graded customer can never be deleted."""
        self.silvery.unlink()
        self.assertFalse(self.silvery.exists())

    def test_query_count(self):
        """A list of 80 customers asks the database once per customer: at most one query for all
        gradings and one for the tiers' names."""
        customers = self.env["res.partner"].create(
            [{"name": f"Customer {number:02}", "is_company": True} for number in range(80)]
        )
        tiers = self.program.tier_ids
        self.env["customer.tier.standing"].create(
            [
                self._standing_vals(customer, tiers[number % 3], number, self.big, False)
                for number, customer in enumerate(customers)
            ]
        )
        names = ["name", "email"]
        grading = ["customer_tier_id", "customer_score", "customer_next_order_date"]
        customers = customers.with_user(self.salesperson)
        self._count_reads(customers, names + grading)
        without = self._count_reads(customers, names)
        self.assertLessEqual(self._count_reads(customers, names + grading), without + 2)

    def _count_reads(self, customers, names):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        rows = customers.read(names)
        self.assertEqual(len(rows), 80)
        return self.cr.sql_log_count - before

    def test_price_query_count(self):
        """Reading the pricelists of 80 customers asks the database once per customer."""
        self.gold.discount = 10.0
        customers = self.env["res.partner"].create(
            [{"name": f"Customer {number:02}", "is_company": True} for number in range(80)]
        )
        self.env["customer.tier.standing"].create(
            [self._standing_vals(c, self.gold, 1.0, self.big, False) for c in customers]
        )
        counts = []
        for some in (customers[:2], customers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(some.property_product_pricelist, self.gold.pricelist_id)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
