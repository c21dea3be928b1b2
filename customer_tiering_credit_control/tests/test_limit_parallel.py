from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError, Thread

from odoo import SUPERUSER_ID, api
from odoo.addons.customer_tiering.tests.threads_common import registry_for_threads
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

SECONDS = 60


@tagged("post_install", "-at_install")
class TestLimitInParallel(TransactionCase):
    """Calls at the same moment, each in a connection of its own that is really committed. What was
    made is deleted afterwards."""

    def setUp(self):
        super().setUp()
        self.enterContext(registry_for_threads())
        with self._committed(SUPERUSER_ID) as env:
            company = env.ref("base.main_company")
            self.usual = company.read(["account_use_credit_limit", "customer_credit_check"])[0]
            company.write({"account_use_credit_limit": True, "customer_credit_check": "block"})
            customer = env["res.partner"].create(
                {"name": "Pressed", "is_company": True, "credit_limit": 1000}
            )
            product = env["product.product"].create(
                {"name": "Thing", "taxes_id": False, "type": "service"}
            )
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": customer.id,
                        "company_id": company.id,
                        "order_line": [
                            Command.create({"product_id": product.id, "price_unit": 400})
                        ],
                    }
                    for _number in range(3)
                ]
            )
            self.ids = orders.ids
            self.others = (customer, product)
        self.addCleanup(self._delete)

    def _delete(self):
        with self._committed(SUPERUSER_ID) as env:
            orders = env["sale.order"].browse(self.ids)
            orders.with_context(disable_cancel_warning=True).action_cancel()
            orders.unlink()
            for records in self.others:
                records.with_env(env).unlink()
            usual = {name: value for name, value in self.usual.items() if name != "id"}
            env.ref("base.main_company").write(usual)

    @contextmanager
    def _committed(self, uid):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            yield api.Environment(cr, uid, {})

    def _at_once(self, *calls):
        """Run calls of an administrator side by side, as requests of the web client are.

        :return: sorted list of "done", "refused" or what else came of each
        """
        barrier, outcomes = Barrier(len(calls)), []
        # Threads cannot share the test's own connection.
        admin = self.env.ref("base.user_admin").id

        def request(call):
            with self._committed(admin) as env:
                try:
                    env.cr.execute("SELECT id FROM sale_order LIMIT 1")
                    # From here on each sees what there was before either of them.
                    barrier.wait(SECONDS)
                    retrying(lambda: call(env["sale.order"]), env)
                    outcomes.append("done")
                except UserError:
                    env.cr.rollback()
                    outcomes.append("refused")
                except (Exception, BrokenBarrierError) as error:
                    env.cr.rollback()
                    outcomes.append(repr(error))

        threads = [Thread(target=request, args=(call,)) for call in calls]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(SECONDS)
        return sorted(outcomes)

    def _total(self):
        with self._committed(SUPERUSER_ID) as env:
            orders = env["sale.order"].browse(self.ids)
            return sum(o.amount_untaxed for o in orders if o.state == "sale")

    def test_confirmed_in_parallel(self):
        """Of three orders of 400 against a limit of 1,000 the second and third were confirmed at
        the same moment, each without seeing the other."""
        first, second, third = self.ids
        self.assertEqual(
            self._at_once(lambda orders: orders.browse(first).action_confirm()), ["done"]
        )
        outcomes = self._at_once(
            lambda orders: orders.browse(second).action_confirm(),
            lambda orders: orders.browse(third).action_confirm(),
        )
        self.assertEqual(outcomes, ["done", "refused"])
        self.assertEqual(self._total(), 800)

    def test_raised_in_parallel(self):
        """Two confirmed orders were raised at the same moment, each within what was left."""
        first, second, _third = self.ids
        self._at_once(lambda orders: orders.browse([first, second]).action_confirm())
        outcomes = self._at_once(
            lambda orders: orders.browse(first).order_line.write({"price_unit": 600}),
            lambda orders: orders.browse(second).order_line.write({"price_unit": 600}),
        )
        self.assertEqual(outcomes, ["done", "refused"])
        self.assertEqual(self._total(), 1000)
