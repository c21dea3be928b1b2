from odoo.fields import Command
from odoo.tests import tagged

from .common import GradingCase

SPEC = {"stage_preview": {}}


@tagged("post_install", "-at_install")
class TestTypedFilters(GradingCase):
    """Previews of filters that somebody is typing have the rights of who types, in the companies
    where they work, over the fields that they may read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._create_own_customer("Buyer", (20, 100))
        cls.secret = cls._create_customer("Theirs", company_id=cls.company_b.id)
        cls._create_order(cls.secret, company=cls.company_b, date=20)
        cls.customer.with_company(cls.company).credit_limit = 7777
        cls.env.flush_all()

    def _preview(self, domain, company=None, user=None):
        """What the form of a new programme shows while a filter is typed."""
        user = user or self.manager
        Program = self.env["customer.tier.program"].with_user(user)
        Program = Program.with_context(allowed_company_ids=user.company_ids.ids)
        vals = {"name": "New", "company_id": (company or self.company).id, "domain": str(domain)}
        return Program.onchange(vals, [], SPEC)["value"].get("stage_preview")

    def test_author_is_answered(self):
        """The preview is empty for everybody, so that nothing was tried here."""
        self.assertIn("of 1 customers", self._preview([("id", "=", self.customer.id)]))

    def test_field_that_the_author_may_not_read(self):
        """A limit that is refused everywhere was found by bisection in twenty calls."""
        for limit in (1, 99999):
            domain = [("id", "=", self.customer.id), ("credit_limit", ">=", limit)]
            self.assertFalse(self._preview(domain))
        accountant = self._create_user(
            "accounting_manager",
            "customer_tiering.group_manager,account.group_account_invoice",
        )
        self.assertIn("of 1 customers", self._preview(domain[:1], user=accountant))
        self.assertIn("of 0 customers", self._preview(domain, user=accountant))

    def test_records_that_the_author_may_not_read(self):
        """What stands in another company's documents is asked for through a field of contacts that
        everybody may read."""
        self.env["sale.order"].search([("partner_id", "=", self.customer.id)]).name = "S-SECRET"
        open_order = {"name": "S-OPEN", "user_id": self.manager.id}
        self._create_order(self.customer, company=self.company).write(open_order)
        self._create_order(self.secret, company=self.company_b).name = "S-THEIRS"
        both = [("id", "in", (self.customer | self.secret).ids)]
        # Of customers whom they may read, and of orders that they may not.
        self.secret.company_id = False
        self._create_order(self.secret, company=self.company)
        found = [*both, ("sale_order_ids.name", "=", "S-THEIRS")]
        self.assertIn("of 0 customers", self._preview(found))
        left = [*both, "!", ("sale_order_ids.name", "=", "S-THEIRS")]
        self.assertIn("of 2 customers", self._preview(left))
        self.assertIn(
            "of 1 customers", self._preview([*both, ("sale_order_ids.name", "=", "S-OPEN")])
        )

    def test_company_that_the_author_does_not_work_in(self):
        """The stage of one customer of another company was told, by its number."""
        domain = [("id", "=", self.secret.id)]
        self.assertFalse(self._preview(domain, self.company_b))
        self.manager.company_ids = [Command.link(self.company_b.id)]
        self.assertIn("of 1 customers", self._preview(domain, self.company_b))

    def test_saved_filter_is_the_systems(self):
        """Whoever looks at a programme before its first grading sees another number of customers
        than the grading finds."""
        program = self._create_program(
            tiers=["All"], domain=str([("id", "=", self.customer.id), ("credit_limit", ">", 1)])
        )
        self.env.invalidate_all()
        self.assertIn("of 1 customers", program.with_user(self.manager).stage_preview)
