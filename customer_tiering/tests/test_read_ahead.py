from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Thread, active_count
from time import monotonic, sleep
from unittest.mock import patch

from psycopg2 import OperationalError
from psycopg2.pool import PoolError

from odoo import api, fields
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from ..read_ahead import ReadAhead, beside
from .common import CHUNK_SIZE, OWN
from .threads_common import registry_for_threads

READ_AHEAD = "odoo.addons.customer_tiering.read_ahead"
MODELS = "odoo.addons.customer_tiering.models"
FOUND = ("partner_id", "tier_id", "score", "amount", "order_count", "lifecycle_stage", "next_look")
FOUND += ("numbers",)


@tagged("post_install", "-at_install")
class TestReadAhead(BaseCase):
    """Gradings that read the next customers in another connection meanwhile. What is here is
    committed, and gone afterwards: a company of its own with customers who ordered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(registry_for_threads())
        cls.registry = Registry(get_db_name())
        with cls._environment() as env:
            env = env(context={"tracking_disable": True, "no_reset_password": True})
            company = env["res.company"].create({"name": "Read Ahead"})
            cls.company_id = company.id
            program = env["customer.tier.program"]._create_preset("wholesale", company)
            program.domain = OWN
            cls._measure_changes(env, program)
            product = env["product.product"].create(
                {"name": "Tea", "type": "service", "company_id": company.id}
            )
            customers = env["res.partner"].create(
                [{"name": f"Customer {n}", "company_id": company.id} for n in range(10)]
            )
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": customer.id,
                        "company_id": company.id,
                        "order_line": [
                            Command.create({"product_id": product.id, "price_unit": 9000 * place})
                        ],
                    }
                    for place, customer in enumerate(customers)
                ]
            )
            orders.action_confirm()
            orders.date_order = fields.Datetime.now() - timedelta(days=9)
            env["customer.tier.stale"].search([("company_id", "=", company.id)]).unlink()
        cls.addClassCleanup(cls._put_away)

    @classmethod
    def _environment(cls):
        return _Committed(cls.registry)

    @classmethod
    def _measure_changes(cls, env, program):
        """Let the programme measure something that gradings themselves write."""
        metric = env["customer.tier.metric"].create(
            {
                "name": "Changes",
                "code": f"changes_{program.id}",
                "kind": "record",
                "model_name": "customer.tier.change",
                "partner_path": "standing_id.partner_id",
            }
        )
        cls.metric_id = metric.id
        env["customer.tier.indicator"].create(
            {
                "program_id": program.id,
                "metric_id": metric.id,
                "scale": "linear",
                "linear_zero": 0,
                "linear_full": 10,
            }
        )

    @classmethod
    def _put_away(cls):
        with cls._environment() as env:
            own = [("company_id", "=", cls.company_id)]
            everything = env(context={"active_test": False})
            orders = everything["sale.order"].search(own)
            orders._action_cancel()
            orders.unlink()
            everything["customer.tier.stale"].search(own).unlink()
            everything["customer.tier.program"].search(own).unlink()
            everything["customer.tier.metric"].browse(cls.metric_id).unlink()
            everything["res.partner"].search(own).unlink()
            everything["product.product"].search(own).unlink()
            # Names of companies are taken for ever.
            gone = {"name": f"Gone {cls.company_id}", "active": False}
            env["res.company"].browse(cls.company_id).write(gone)

    def _graded(self, before=None, user=None, days=(0,)):
        """Grade everybody by chunks of three, and take it back.

        :param before: function of the environment, called in the transaction that grades
        :param user: who starts it, else the system
        :param days: how many days ago each of the gradings is as of
        :return: what is stored, the errors, and for each chunk whether it had been read ahead
        """
        taken = []
        take = ReadAhead.take

        def noted(ahead, what):
            found = take(ahead, what)
            taken.append(found is not None)
            return found

        with self._environment() as env:
            today = env["customer.tier.gather"]._today(env["res.company"].browse(self.company_id))
            run = env["customer.tier.run"].create(
                [
                    {"company_id": self.company_id, "as_of": today - timedelta(days=ago)}
                    for ago in days
                ]
            )
            env.cr.commit()
            try:
                if before:
                    before(env)
                with patch.object(ReadAhead, "take", noted), patch(CHUNK_SIZE, self._chunk(env)):
                    run.with_user(user or env.uid).action_run()
                standings = env["customer.tier.standing"].search(
                    [("company_id", "=", self.company_id)], order="partner_id"
                )
                found = [tuple(map(str, values.values())) for values in standings.read(FOUND)]
                return [values[1:] for values in found], run.error_ids.mapped("message"), taken
            finally:
                env.cr.rollback()
                run.unlink()

    def _chunk(self, env):
        """A size by which the customers of here are in several chunks, whoever else is there."""
        own = env["res.partner"].search([("company_id", "=", self.company_id)])
        low = min(own.ids)
        env.cr.execute(
            "SELECT COUNT(*) FROM res_partner WHERE id < %s AND commercial_partner_id = id", [low]
        )
        return max(3, env.cr.fetchone()[0] - 3)

    def test_the_same(self):
        """Customers who were read ahead get other tiers than those who were not."""
        ahead, errors, taken = self._graded()
        self.assertEqual((len(ahead), errors), (10, []))
        self.assertGreater(len({values[1] for values in ahead}), 1)
        self.assertGreater(len(taken), 1)
        self.assertTrue(all(taken), taken)
        with patch(f"{READ_AHEAD}.is_clean", lambda env: False):
            plain, errors, taken = self._graded()
        self.assertEqual((plain, errors, taken), (ahead, [], []))

    def test_what_is_not_saved_yet(self):
        """A price that is changed and graded in one go is read by another connection, which does
        not see it yet: the customer is graded by the old one."""

        def change(env):
            order = env["sale.order"].search(
                [("company_id", "=", self.company_id)], order="id DESC", limit=1
            )
            env.cr.execute("UPDATE sale_order SET amount_untaxed = 77777 WHERE id = %s", [order.id])

        found, _errors, taken = self._graded(change)
        self.assertIn("77777.0", {values[3] for values in found})
        self.assertEqual(taken, [])

    def test_reading_fails(self):
        """The other connection breaks, and with it the grading, or the customers of its chunk get
        no tier."""
        expected, _errors, _taken = self._graded()
        read = self.registry["customer.tier.pipeline"]._read

        def broken(pipeline, *args, **kwargs):
            if pipeline.env.cr is not own[0]:
                pipeline.env.cr.execute("SELECT 1 / 0")
            return read(pipeline, *args, **kwargs)

        own = []
        with (
            patch.object(self.registry["customer.tier.pipeline"], "_read", broken),
            mute_logger("odoo.sql_db", READ_AHEAD),
        ):
            found, errors, taken = self._graded(lambda env: own.append(env.cr))
        self.assertEqual((found, errors), (expected, []))
        self.assertEqual(set(taken), {False})

    def test_no_connection_left(self):
        """On a busy server the pool has no second connection, and nobody can be graded."""
        expected, _errors, _taken = self._graded()

        def refuse(env):
            self.startPatcher(patch.object(ReadAhead, "_connect", side_effect=PoolError))

        found, errors, taken = self._graded(refuse)
        self.assertEqual((found, errors, set(taken)), (expected, [], {False}))

    def test_no_connection_given(self):
        """The database takes no more connections, or not this one, and nobody can be graded."""
        expected, _errors, _taken = self._graded()

        def refuse(env):
            error = OperationalError("FATAL: sorry, too many clients already")
            self.startPatcher(patch.object(ReadAhead, "_connect", side_effect=error))

        found, errors, taken = self._graded(refuse)
        self.assertEqual((found, errors, set(taken)), (expected, [], {False}))

    def test_connection_lost(self):
        """The database ends a connection that does nothing in a transaction for long, which is that
        of the reader while the other one stores; and takes the grading along."""
        with (
            mute_logger("odoo.sql_db", READ_AHEAD),
            self._environment() as env,
            beside(env) as ahead,
        ):
            ahead.start("first", lambda env: env.cr.connection.get_backend_pid())
            env.cr.execute("SELECT pg_terminate_backend(%s, 5000)", [ahead.take("first")])
            ahead.start("second", lambda env: env.cr.execute("SELECT 1"))
            self.assertIsNone(ahead.take("second"))
            ahead.start("third", lambda env: env.cr.execute("SELECT 1"))
            self.assertIsNone(ahead.take("third"))

    def test_connection_lost_at_the_end(self):
        """A grading that is done fails because the connection that it needs no more is gone."""
        with self._environment() as env, beside(env) as ahead:
            ahead.start("first", lambda env: env.cr.connection.get_backend_pid())
            env.cr.execute("SELECT pg_terminate_backend(%s, 5000)", [ahead.take("first")])

    def test_metric_fails_for_the_reader(self):
        """What breaks in the other connection alone, such as waiting for a lock, is taken for a
        broken metric: customers are graded without it, and the run blames whoever defined it."""
        expected, _errors, _taken = self._graded()
        read = self.registry["customer.tier.metric"]._record_values

        def broken(metric, *args, **kwargs):
            if metric.env.cr is not own[0]:
                metric.env.cr.execute("SELECT 1 / 0")
            return read(metric, *args, **kwargs)

        own = []
        with (
            patch.object(self.registry["customer.tier.metric"], "_record_values", broken),
            mute_logger("odoo.sql_db", READ_AHEAD, f"{MODELS}.customer_tier_gather"),
        ):
            found, errors, _taken = self._graded(lambda env: own.append(env.cr))
        self.assertEqual((found, errors), (expected, []))

    def test_broken_metric(self):
        """A metric that is broken for everybody is named twice, or not at all."""

        def broken(metric, *args, **kwargs):
            raise ZeroDivisionError("No such records")

        with (
            patch.object(self.registry["customer.tier.metric"], "_record_values", broken),
            mute_logger("odoo.sql_db", READ_AHEAD, f"{MODELS}.customer_tier_gather"),
        ):
            found, errors, _taken = self._graded()
        self.assertEqual((len(found), errors), (10, ["No such records"]))

    def test_table_that_somebody_changes(self):
        """An upgrade waits for the grading to let go of a table, the reader waits behind the
        upgrade, and the grading for its reader: for ever, as no database can see that."""
        expected, _errors, _taken = self._graded()

        def wait_for(env):
            env.cr.execute("SELECT FROM customer_tier_credited_order_rel LIMIT 1")
            self.enterContext(self._changing("customer_tier_credited_order_rel"))

        started = monotonic()
        with mute_logger("odoo.sql_db", READ_AHEAD):
            found, errors, _taken = self._graded(wait_for)
        self.assertEqual((found, errors), (expected, []))
        self.assertLess(monotonic() - started, 20)

    @contextmanager
    def _changing(self, table):
        """Somebody who waits to change a table, and gives up after half a minute."""

        def change():
            with (
                suppress(OperationalError),
                mute_logger("odoo.sql_db"),
                self.registry.cursor() as cr,
            ):
                cr.execute("SET lock_timeout = '30s'")
                cr.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                cr.rollback()

        thread = Thread(target=change)
        thread.start()
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
        with self.registry.cursor() as cr:
            while not cr.execute(waiting, [table]) and not cr.fetchall():
                sleep(0.05)
        yield
        thread.join()

    def test_officer(self):
        """An officer's grading looks at less, or is refused something, as it is read ahead with the
        rights of who pressed the button."""
        with self._environment() as env:
            user = new_test_user(
                env,
                f"ahead{self.company_id}",
                "customer_tiering.group_user",
                company_id=self.company_id,
                company_ids=[Command.set([self.company_id])],
            )
            self.addCleanup(self._drop, user.id)
        expected, _errors, _taken = self._graded()
        seen = []
        read = self.registry["customer.tier.pipeline"]._read

        def noted(pipeline, *args, **kwargs):
            seen.append(pipeline.env.su)
            return read(pipeline, *args, **kwargs)

        with patch.object(self.registry["customer.tier.pipeline"], "_read", noted):
            found, errors, taken = self._graded(user=user.id)
        self.assertEqual((found, errors, set(taken)), (expected, [], {True}))
        self.assertEqual(set(seen), {True})

    @classmethod
    def _drop(cls, user_id):
        with cls._environment() as env:
            user = env["res.users"].browse(user_id)
            partner = user.partner_id
            user.unlink()
            partner.unlink()

    def test_second_grading(self):
        """Of two gradings in one go, the second does not see what came of the first one."""
        ahead, errors, taken = self._graded(days=(5, 0))
        self.assertIn(True, taken)
        with patch(f"{READ_AHEAD}.is_clean", lambda env: False):
            plain, _errors, _taken = self._graded(days=(5, 0))
            self.assertNotEqual(plain, self._graded()[0])
        self.assertEqual((ahead, errors), (plain, []))

    def test_interrupted(self):
        """A grading that fails leaves its reader at work, with a connection and a thread each."""
        threads, started = active_count(), monotonic()
        with (
            self.assertRaises(ZeroDivisionError),
            mute_logger("odoo.sql_db"),
            self._environment() as env,
            beside(env) as ahead,
        ):
            ahead.start("sleep", lambda env: env.cr.execute("SELECT pg_sleep(60)"))
            cr = ahead._env.cr
            raise ZeroDivisionError
        self.assertLess(monotonic() - started, 30)
        self.assertEqual(active_count(), threads)
        self.assertTrue(cr.closed)

    def test_other_work(self):
        """A run takes what was read for another one, or for another chunk."""
        with self._environment() as env, beside(env) as ahead:
            self.assertIsNone(ahead.take("first"))
            ahead.start("first", lambda env: fields.Date.today())
            self.assertIsNone(ahead.take("second"))
            self.assertEqual(ahead.take("first"), fields.Date.today())
            self.assertIsNone(ahead.take("first"))


class _Committed:
    """Environment in a transaction of its own that is committed, or taken back where it fails."""

    def __init__(self, registry):
        self.cr = registry.cursor()

    def __enter__(self):
        return api.Environment(self.cr.__enter__(), api.SUPERUSER_ID, {})

    def __exit__(self, *error):
        return self.cr.__exit__(*error)
