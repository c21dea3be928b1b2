from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .program_common import RecordCase

TRIAL = "odoo.addons.customer_tiering.models.customer_tier_metric"


@tagged("post_install", "-at_install")
class TestBadRecordMetric(RecordCase):
    def _assert_refused(self, fragment, **vals):
        with (
            self.subTest(**vals),
            self.assertRaisesRegex(ValidationError, fragment),
            self.env.cr.savepoint(),
            mute_logger("odoo.sql_db"),
        ):
            self._create_metric(user=self.manager_with_sales, **vals)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "customer_tiering.group_manager,sales_team.group_sale_manager"
        cls.manager_with_sales = cls._create_user("tiering_everything", groups)

    def test_good_one(self):
        """Or else the cases below would prove nothing."""
        self.assertTrue(self._create_metric(user=self.manager_with_sales))

    def test_models(self):
        """A typing error, and models that keep nothing."""
        self._assert_refused("Choose the records", model_name=False)
        self._assert_refused("install the app", model_name="sale.ordre")
        self._assert_refused("Choose other records", model_name="customer.tier.start")
        self._assert_refused("Choose other records", model_name="mail.thread")

    def test_partner_paths(self):
        """Each says which step it stumbles over."""
        self._assert_refused("does not lead to a contact", partner_path=False)
        self._assert_refused("does not lead to a contact", partner_path="company_id")
        self._assert_refused("does not lead to a contact", partner_path="name")
        self._assert_refused("“gone”", partner_path="partner_id.gone")
        self._assert_refused("“order_line”", partner_path="order_line.order_partner_id")
        self._assert_refused("“name”", partner_path="name.partner_id")
        # Computed, so no table knows it.
        self._assert_refused("does not lead to a contact", partner_path="partner_credit_warning")
        self._assert_refused("no field", partner_path="partner_id..parent_id")

    def test_dates(self):
        """A window over a text would select at random."""
        self._assert_refused("is not a stored date", date_path="name")
        self._assert_refused("is not a stored date", date_path="expected_date")
        self._assert_refused("“order_line”", date_path="order_line.create_date")

    def test_measures(self):
        """What cannot be summed up is refused before the database does."""
        self._assert_refused("choose the field", aggregate="sum")
        self._assert_refused("is no number", aggregate="sum", measure_path="name")
        self._assert_refused("is no number", aggregate="avg", measure_path="date_order")
        one2many = {"aggregate": "count_distinct", "measure_path": "order_line"}
        self._assert_refused("not stored", **one2many)
        self._assert_refused("not stored", aggregate="count_distinct", measure_path="tag_ids")
        self._assert_refused("“amount_paid”", aggregate="sum", measure_path="amount_paid.x")
        self._assert_refused("Choose what value", aggregate=False)

    def test_domains(self):
        """Not a list, not a literal, unknown fields, or what only the database refuses."""
        for domain in (
            "{'state': 'sale'}",
            "'sale'",
            "[('state', '=', 'sale'",
            "[('state', '=')]",
            "[('gone', '=', 1)]",
            "[('partner_id.gone', '=', 1)]",
            "[('state', 'is like', 'x')]",
            "[('state', '=', uid)]",
            "[('id', '=', 10 ** 30)]",
            "[('date_order', '<', 'not a day')]",
        ):
            self._assert_refused("cannot be used", record_domain=domain)

    def test_unknown_currency(self):
        """An amount whose currency is computed cannot be converted; to sum it up as it is would
        mix currencies."""
        currency = self.env["sale.order"]._fields["currency_id"]
        with patch.object(currency, "store", False):
            self._assert_refused(
                "cannot be converted", aggregate="sum", measure_path="amount_untaxed"
            )

    def test_injection(self):
        """Whatever is typed stays a name or a value."""
        evil = 'partner_id"; DROP TABLE customer_tier_run; --'
        for name in ("partner_path", "date_path"):
            self._assert_refused("no field", **{name: evil})
        self._assert_refused("no field", aggregate="sum", measure_path="amount_untaxed) --")
        self._assert_refused("cannot be used", record_domain='[("state\\" OR 1=1 --", "=", "x")]')
        self._assert_refused("cannot be used", record_domain="__import__('os').system('true')")
        customer = self._create_own_customer("Customer", (1, 10))
        metric = self._create_metric(
            user=self.manager_with_sales,
            record_domain="[('name', '=', \"x' OR 1=1; DROP TABLE customer_tier_run; --\")]",
        )
        self.assertEqual(self._read(metric, customer), [0])
        self.assertTrue(self.env["customer.tier.run"].search_count([]) >= 0)

    def test_changing_into_nonsense(self):
        """The same checks guard a later change, as does the way over the model chosen."""
        metric = self._create_metric()
        for vals in (
            {"model_id": self.env["ir.model"]._get("res.currency").id},
            {"partner_path": "gone"},
            {"record_domain": "[('gone', '=', 1)]"},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError), self.env.cr.savepoint():
                metric.write(vals)
        metric.invalidate_recordset()
        self.assertEqual(metric.model_name, "sale.order")

    # Rights

    def test_unreadable_records(self):
        """Values are published to all salespeople: whoever may not read salaries must not make
        a metric of them."""
        vals = {
            "model_name": "ir.mail_server",
            "partner_path": "create_uid.partner_id",
            "date_path": False,
            "record_domain": "[]",
        }
        self.assertTrue(self._create_metric(**vals))
        vals["code"] = "other"
        with self.assertRaisesRegex(AccessError, "what you may not read yourself"):
            self._create_metric(user=self.manager_with_sales, **vals)

    def test_unreadable_fields(self):
        """Nor of a field kept from them, be it measured or only asked for in the filter."""
        field = self.env["res.partner"]._fields["color"]
        vals = {"model_name": "res.partner", "partner_path": False, "date_path": False}
        cases = (
            {"record_domain": "[]", "aggregate": "sum", "measure_path": "color"},
            {"record_domain": "[('color', '>', 3)]"},
            {"record_domain": "[('child_ids.color', '>', 3)]"},
        )
        for case in cases:
            with (
                self.subTest(**case),
                patch.object(field, "groups", "base.group_system"),
                self.assertRaisesRegex(AccessError, "may not read"),
                self.env.cr.savepoint(),
            ):
                self._create_metric(user=self.manager_with_sales, **vals, **case)
        metric = self._create_metric(record_domain="[]", **vals)
        with patch.object(field, "groups", "base.group_system"):
            mine = metric.with_user(self.manager_with_sales)
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                mine.write({"aggregate": "sum", "measure_path": "color"})
            # What is no part of the definition is theirs to change.
            mine.name = "Contacts"

    def test_absent_model_is_for_data_only(self):
        """A definition that nobody could check must not come to life when an app is installed."""
        vals = {"model_name": "hr.payslip.of.another.app"}
        self._assert_refused("install the app", **vals)
        metric = self._create_metric(**vals)
        self.assertIn("hr.payslip.of.another.app", metric.sleep_reason)
        with self.assertRaises(ValidationError):
            metric.with_user(self.manager_with_sales).partner_path = "employee_id"

    def test_own_data_only(self):
        """A preview reads with all rights, so its company is not the client's to name."""
        partner = self._create_customer()
        self._create_order(partner, 55, date=1, company=self.company_b)
        metric = self._create_metric()
        preview = self.env["customer.tier.metric.preview"].with_user(self.manager)
        preview = preview.create({"metric_id": metric.id, "company_id": self.company_b.id})
        self.assertEqual(preview.company_id, self.company)
        self.assertNotIn(partner, preview.line_ids.partner_id)

    # Cost

    def test_slow_definitions_are_warned_of(self):
        """A metric that makes every night longer is allowed, with advice in the form."""
        with patch(f"{TRIAL}.SLOW_SECONDS", 0):
            metric = self._create_metric()
            self.assertIn("shorter window", metric.cost_warning)
        metric.invalidate_recordset()
        self.assertFalse(metric.cost_warning)
        with patch(f"{TRIAL}.MANY_RECORDS", 0):
            metric.write({"partner_path": "create_uid.partner_id"})
            self.assertFalse(metric.cost_indexed)
            self.assertIn("create_uid", metric.cost_warning)

    def test_endless_definitions_are_given_up(self):
        """Saving must come to an end, and what is done after it must not be limited."""
        with (
            patch(f"{TRIAL}.TRIAL_SECONDS", 0.05),
            patch(f"{TRIAL}.SLOW_SECONDS", 0.05),
            patch.object(
                type(self.env["customer.tier.metric"]),
                "_record_values",
                lambda metric, *_args: metric.env.cr.execute("SELECT pg_sleep(5)"),
            ),
            mute_logger("odoo.sql_db"),
        ):
            metric = self._create_metric()
            self.assertIn("given up", metric.cost_warning)
        self.env.cr.execute("SHOW statement_timeout")
        self.assertEqual(self.env.cr.fetchone(), ("0",))
