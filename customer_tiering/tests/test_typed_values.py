from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .security_common import SecurityCase

# Of each type, what somebody sent and what came back was core's own error, or nothing at all.
IMPOSSIBLE = {
    "float": (float("nan"), float("inf"), float("-inf"), 1e308),
    "monetary": (float("nan"), float("inf"), float("-inf"), 1e308),
    "integer": (float("nan"), float("inf"), 2**31, -(2**40)),
    "char": ("A\x00B", "x" * 1_000_000),
    "text": ("A\x00B", "x" * 1_000_000),
    "html": ("A\x00B", "x" * 1_000_000),
}


@tagged("post_install", "-at_install")
class TestTypedValues(SecurityCase):
    """Whatever is sent into a field is kept, or refused in words that say which field it is."""

    def _typed_models(self):
        return [name for name, rights in self.rights.items() if set("wc") & set("".join(rights))]

    def _fields(self, model):
        return [
            field
            for field in self.env[model]._fields.values()
            if field.type in IMPOSSIBLE
            and field.store
            and field._modules
            and field._modules[0] == self.addon
        ]

    def test_impossible_values(self):
        """Numbers that are none, characters that no column holds and names without an end gave
        errors of the database, or came back whole in every message."""
        tried = 0
        for model in self._typed_models():
            record = self.records[model][:1].with_user(self.env.ref("base.user_admin"))
            for field in self._fields(model):
                title = field._description_string(self.env)
                for value in IMPOSSIBLE[field.type]:
                    with self.assertRaises(ValidationError) as refusal:
                        record._check_input({field.name: value})
                    self.assertIn(title, str(refusal.exception))
                    for call in (
                        lambda r=record, n=field.name, v=value: r.write({n: v}),
                        lambda r=record, n=field.name, v=value: r.create({n: v}),
                        lambda r=record, n=field.name, v=value: r.onchange({n: v}, [n], {n: {}}),
                    ):
                        with self.subTest(model=model, field=field.name, value=str(value)[:9]):
                            with self.assertRaises(UserError) as refusal:
                                call()
                            self.assertLess(len(str(refusal.exception)), 1000)
                            tried += 1
        self.assertGreater(tried, 300)

    def test_ordinary_values(self):
        """Everything is refused, so that nothing was tried above."""
        program = self.records["customer.tier.program"].with_user(self.manager)
        program.write({"name": "Ä" * 1000, "hold_months": 24, "stage_loyal_ratio": 1.25})
        self.assertEqual((program.hold_months, program.stage_loyal_ratio), (24, 1.25))

    def test_filter_that_goes_on_for_ever(self):
        """The database said “expression can't exceed buffer limit”."""
        program = self.records["customer.tier.program"].with_user(self.manager)
        for domain in (["|"] * 5000 + [("id", "=", 1)] * 5001, [("id", ">", 0)] * 1001):
            with self.assertRaisesRegex(ValidationError, "at most 1000"):
                program.domain = str(domain).replace(" ", "")

    def test_filter_on_own_results(self):
        """A third of the customers of “Tier is Gold” dropped out at the next grading, and came back
        at the one after that."""
        program = self.records["customer.tier.program"].with_user(self.manager)
        for condition in (
            ("customer_tier_id.name", "=", "Gold"),
            ("customer_tier_id", "!=", False),
            ("customer_score", ">", 50),
            ("customer_lifecycle_stage", "=", "loyal"),
            ("customer_credit_band", "=", "low"),
            ("parent_id.customer_segment_id", "=", 1),
            ("child_ids", "any", [("customer_score", ">", 50)]),
            ("sale_order_ids.customer_tier_id.name", "=", "Gold"),
            ("sale_order_ids", "not any", [("partner_id.customer_score", ">", 5)]),
        ):
            refused = self.assertRaisesRegex(ValidationError, "the grading itself finds out")
            with self.subTest(condition), refused:
                program.domain = str(["!", condition, ("is_company", "=", True)])
        for condition in (
            ("category_id.name", "=", "Gold"),
            ("sale_order_ids.amount_untaxed", ">", 50),
            ("company_id", "!=", False),
        ):
            program.domain = str([condition])

    def test_days_of_no_calendar(self):
        """As of the year 1 there was an error of a library; as of the year 9999 a sentence."""
        Run = self.env["customer.tier.run"].with_user(self.officer)
        for vals in (
            {"as_of": "0001-01-01"},
            {"as_of": "1969-12-31", "simulation": True},
            {"simulation": True, "replay_from": "0001-01-01", "replay_every": "year"},
        ):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, "01/01/1970"):
                Run.create({"company_id": self.company.id, **vals})
        self._grade(as_of="1970-01-01")
