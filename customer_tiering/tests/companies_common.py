from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException
from odoo.tools import mute_logger

from .security_common import SecurityCase

# Of contacts, by which lists of them are searched, grouped and sorted.
GRADED_FIELDS = (
    "customer_tier_id",
    "customer_score",
    "customer_segment_id",
    "customer_next_order_date",
    "customer_credit_score",
    "customer_credit_band",
    "customer_lifecycle_stage",
)


class CompaniesCase(SecurityCase):
    """Each company has everything of its own; a contact is a customer of both."""

    # Of whoever has all rights.
    boss_groups = "customer_tiering.group_manager"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = cls._create_customer("Shared")
        cls.tiers = {}
        for company, score in ((cls.company, 11.0), (cls.company_b, 88.0)):
            program = cls.records_b if company == cls.company_b else cls.records
            tier = program["customer.tier"][0 if company == cls.company else -1]
            cls.tiers[company] = tier
            cls.env["customer.tier.standing"].create(
                {
                    "partner_id": cls.shared.id,
                    "company_id": company.id,
                    "program_id": tier.program_id.id,
                    "tier_id": tier.id,
                    "computed_tier_id": tier.id,
                    "score": score,
                    "credit_score": score,
                    "credit_band": "high" if score < 50 else "low",
                    "lifecycle_stage": "lost" if score < 50 else "loyal",
                    "next_order_date": cls._days_ago(-score),
                    "overdue_amount": score,
                }
            )
        groups = cls.boss_groups
        cls.boss = cls._create_user("tiering_boss", groups, company_ids=cls.company.ids)
        cls.both = cls._create_user(
            "tiering_both", groups, company_ids=(cls.company | cls.company_b).ids
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _by(self, name):
        return f"{name}:month" if name.endswith("_date") else name


class CompaniesTests:
    """Tests that companies learn nothing of each other, for a ``CompaniesCase`` of whichever
    addon."""

    # Odoo's runner leaves out what a class inherits, unless told.
    allow_inherited_tests_method = True

    def test_no_way_of_reading_shows_the_other_company(self):
        """Lists, groups, counts, names and exports of every model, for whoever has all rights in
        one company and none in the other."""
        self.boss.group_ids += self.env.ref("base.group_allow_export")
        for name in sorted(self.rights.keys() - self.shared_models):
            theirs = self.records_b[name].with_user(self.boss)
            if not theirs.has_access("read") and not self.records[name].with_user(
                self.boss
            ).has_access("read"):
                # Somebody else's, see the table of rights.
                continue
            own = [("id", "in", (theirs | self.records[name].with_user(self.boss)).ids)]
            with self.subTest(name):
                self.assertFalse(theirs.search(own) & theirs)
                self.assertFalse(
                    {id_ for id_, _name in theirs.name_search("", own)} & {*theirs.ids}
                )
                ((count,),) = theirs._read_group(own, [], ["__count"])
                self.assertEqual(count, theirs.search_count(own))
                (group,) = theirs.formatted_read_group(own, [], ["__count"])
                self.assertEqual(group["__count"], count)
                for call in (
                    lambda records=theirs: records.read(["display_name"]),
                    lambda records=theirs: records.export_data(["display_name"]),
                    lambda records=theirs: records.web_read({"display_name": {}}),
                    lambda records=theirs: records.write({}),
                    lambda records=theirs: records.copy_data(),
                ):
                    with self.assertRaises(AccessError):
                        call()

    def test_shared_contact_by_active_company(self):
        """A customer of both companies shows the tier, score, stage and credit of the company
        that one works in, also to who may see both, and to who switches in mid-session."""
        for user, companies in (
            (self.boss, [self.company]),
            (self.manager_b, [self.company_b]),
            (self.both, [self.company, self.company_b]),
            (self.both, [self.company_b, self.company]),
        ):
            allowed = [company.id for company in companies]
            shared = self.shared.with_user(user).with_context(allowed_company_ids=allowed)
            high = companies[0] == self.company_b
            with self.subTest(user=user.login, company=companies[0].name):
                self.assertEqual(shared.customer_score, 88.0 if high else 11.0)
                self.assertEqual(shared.customer_tier_id.id, self.tiers[companies[0]].id)
                self.assertEqual(shared.customer_credit_band, "low" if high else "high")
                self.assertEqual(shared.customer_lifecycle_stage, "loyal" if high else "lost")
                self.assertEqual(shared.customer_standing_id.company_id.id, companies[0].id)
                found = shared.search(
                    [("id", "=", shared.id), ("customer_score", ">", 50), ("active", "=", True)]
                )
                self.assertEqual(bool(found), high)
                domain = [("id", "=", shared.id)]
                (group,) = shared.formatted_read_group(
                    domain, ["customer_tier_id"], ["customer_score:max"]
                )
                self.assertEqual(group["customer_tier_id"][0], self.tiers[companies[0]].id)
                self.assertEqual(group["customer_score:max"], 88.0 if high else 11.0)

    def test_contacts_fields_never_tell_of_the_other_company(self):
        """None of the fields on a contact, in any list, filter or group, changes with what the
        other company thinks of it."""
        fields = self.private_fields["res.partner"]
        shared = self.shared.with_user(self.boss)

        def everything():
            self.env.flush_all()
            self.env.invalidate_all()
            domain = [("id", "=", shared.id)]
            groups = [
                shared._read_group(domain, [self._by(name)], ["__count"]) for name in GRADED_FIELDS
            ]
            unset = [shared.search_count([*domain, (name, "=", False)]) for name in GRADED_FIELDS]
            return shared.read(fields), groups, unset

        before = everything()
        theirs = self._standing(self.shared, self.company_b)
        theirs.write({"manual_tier_id": self.records_b["customer.tier"][1].id})
        theirs.sudo().write({"score": 5.0, "overdue_amount": 0, "lifecycle_stage": "new"})
        self.env["customer.tier.value"].create(
            {
                "partner_id": self.shared.id,
                "metric_id": self.records_b["customer.tier.value"].metric_id.id,
                "company_id": self.company_b.id,
                "value": 3,
            }
        )
        self._change_elsewhere()
        self.assertEqual(everything(), before)

    def _change_elsewhere(self):
        """Hook: what else the other company may think of its customer."""

    def test_orders_and_sales_analysis(self):
        """An order shows the standing in its own company; neither it nor the analysis tells a user
        of the other company."""
        orders = {
            company: self._create_order(self.shared, 100, date=3, company=company)
            for company in (self.company, self.company_b)
        }
        every = self.env["sale.order"].union(*orders.values())
        every.user_id = False
        self.env.flush_all()
        seller = self._create_user("tiering_all", "sales_team.group_sale_salesman_all_leads")
        self.assertEqual(
            self.env["sale.order"].with_user(seller).search([("id", "in", every.ids)]),
            orders[self.company],
        )
        with self.assertRaises(AccessError):
            orders[self.company_b].with_user(seller).read(["customer_score"])
        for user in (seller, self.both):
            Order = self.env["sale.order"].with_user(user)
            Report = self.env["sale.report"].with_user(user)
            if user == self.both:
                user.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
                both = (self.company | self.company_b).ids
                Order, Report = (m.with_context(allowed_company_ids=both) for m in (Order, Report))
            for company, order in orders.items():
                if company == self.company or user == self.both:
                    high = company == self.company_b
                    expected = 88.0 if high else 11.0
                    self.assertEqual(Order.browse(order.id).customer_score, expected)
            names = ("order_reference", "partner_id")
            domain = [(names[1], "=", self.shared.id)]
            found = Report._read_group(domain, ["customer_tier_id"], ["__count"])
            seen = self.tiers.values() if user == self.both else [self.tiers[self.company]]
            self.assertEqual({tier.id for tier, _count in found}, {tier.id for tier in seen})

    def test_messages_and_activities(self):
        """What is told about customers of a company is told to people of that company, and a
        contact of both never gets a message that names the other company's tier to everybody."""
        for records, company in ((self.records, self.company), (self.records_b, self.company_b)):
            partner = records["customer.tier.standing"].partner_id
            activities = self.env["mail.activity"].search(
                [("res_model", "=", "res.partner"), ("res_id", "=", partner.id)]
            )
            for activity in activities.filtered("user_id"):
                self.assertIn(company, activity.user_id.company_ids)
        run = self.records_b["customer.tier.run"]
        run.message_post(body="Done")
        with self.assertRaises(AccessError):
            run.message_ids.with_user(self.boss).read(["body"])


class PortalCase(HttpCase, CompaniesCase):
    """A user of the portal who belongs to the shared customer, and an order of theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal.partner_id.parent_id = cls.shared
        cls.order = cls._create_order(
            cls.shared, 100, state="sent", company=cls.company, user_id=cls.manager.id
        )
        cls.order.message_subscribe(cls.portal.partner_id.ids)
        cls.order._portal_ensure_token()
        cls.env.flush_all()

    def _call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self.make_jsonrpc_request("/web/dataset/call_kw", params)

    def _refused(self, *args, **kwargs):
        with self.assertRaises(JsonRpcException) as refusal, mute_logger("odoo.http"):
            self._call(*args, **kwargs)
        self.assertEqual(str(refusal.exception), "odoo.exceptions.AccessError")


class PortalTests:
    """Tests that whoever logs in as a customer learns nothing of how customers are graded, not even
    of its own standing, as long as there is no page for that; for a ``PortalCase``."""

    # Odoo's runner leaves out what a class inherits, unless told.
    allow_inherited_tests_method = True

    def test_own_contact_and_order(self):
        """Fields of ours are neither read, searched, sorted, grouped nor offered on what customers
        may read otherwise: their company and their orders."""
        self.authenticate(self.portal.login, self.portal.login)
        for model, record in (("res.partner", self.portal.partner_id), ("sale.order", self.order)):
            usual = self._call(model, "search_read", [["id", "=", record.id]], ["display_name"])
            self.assertTrue(usual, "else nothing is tried here")
            offered = self._call(model, "fields_get")
            for name in self.private_fields[model]:
                with self.subTest(model=model, field=name):
                    self.assertNotIn(name, offered)
                    self._refused(model, "read", record.ids, [name])
            for name in GRADED_FIELDS:
                with self.subTest(model=model, field=name):
                    self._refused(model, "search", [[name, "!=", False]])
                    self._refused(model, "search", [], order=f"{name} desc")
                    self._refused(model, "formatted_read_group", [], [self._by(name)], ["__count"])

    def test_pages(self):
        """Pages of the portal that show orders and the account are without a word of the tier, the
        score or the credit of the customer, in or out of a session."""
        tier = self.tiers[self.company]
        tier.name = "Zirconium Tier"
        if "portal_shown" in tier.program_id._fields:
            # What the customer's own page tells has tests of its own.
            tier.program_id.portal_shown = False
        self.env.flush_all()
        self.authenticate(self.portal.login, self.portal.login)
        link = self.order.get_portal_url()
        for url in ("/my", "/my/home", "/my/account", "/my/orders", "/my/quotes", link):
            with self.subTest(url):
                page = self.url_open(url)
                self.assertEqual(page.status_code, 200)
                self.assertNotIn("Zirconium", page.text)
                for name in {name for names in self.private_fields.values() for name in names}:
                    self.assertNotIn(name, page.text)
        self.authenticate(None, None)
        page = self.url_open(link)
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.order.name, page.text)
        self.assertNotIn("Zirconium", page.text)

    def test_backend_is_closed(self):
        """The list of standings by its address, or an export of it."""
        self.authenticate(self.portal.login, self.portal.login)
        action = self.env.ref("customer_tiering.customer_tier_standing_action")
        with mute_logger("odoo.http"):
            page = self.url_open(f"/odoo/action-{action.id}", allow_redirects=True)
            self.assertTrue(page.url.split("?")[0].endswith("/my"), page.url)
            self._refused("customer.tier.standing", "search_read", [])
