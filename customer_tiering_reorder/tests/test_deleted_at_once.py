from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL


@tagged("post_install", "-at_install")
class TestDeletedAtOnce(TransactionCase):
    """Contacts and categories that are deleted while the job finds rhythms, in transactions that
    are really committed. What was made is deleted afterwards."""

    @contextmanager
    def _committed(self):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def setUp(self):
        super().setUp()
        with self._committed() as env:
            self.partner = env["res.partner"].create({"name": "Deleted at once"}).id
            self.category = env["product.category"].create({"name": "Deleted at once"}).id
            self.company = env.ref("base.main_company").id
        self.addCleanup(self._delete)

    def _delete(self):
        with self._committed() as env:
            env["res.partner"].browse(self.partner).exists().unlink()
            env["product.category"].browse(self.category).exists().unlink()

    def _rows(self):
        with self._committed() as env:
            query = SQL(
                "SELECT COUNT(*) FROM customer_purchase_rhythm "
                "WHERE partner_id = %s OR category_id = %s",
                self.partner,
                self.category,
            )
            return env.execute_query(query)[0][0]

    def _insert(self):
        with self._committed() as env:
            env.cr.execute(
                SQL(
                    "INSERT INTO customer_purchase_rhythm (partner_id, company_id, category_id) "
                    "VALUES (%s, %s, %s)",
                    self.partner,
                    self.company,
                    self.category,
                )
            )

    def test_rows_of_the_job_meanwhile(self):
        """The job committed a customer's rhythms after the merge had begun, which could not see
        them: they stayed with a contact that is gone, and the list of rhythms failed."""
        for name in ("partner", "category"):
            with self.subTest(name):
                model = {"partner": "res.partner", "category": "product.category"}[name]
                with self._committed() as env:
                    record = env[model].browse(getattr(self, name))
                    self.assertTrue(record.exists())
                    self._insert()
                    record.unlink()
                self.assertEqual(self._rows(), 0)

    def test_deletion_taken_back(self):
        """A deletion that failed halfway dropped the rhythms of who stays."""
        self._insert()
        with self._committed() as env, env.cr.savepoint() as savepoint:
            env["res.partner"].browse(self.partner).unlink()
            savepoint.rollback()
        self.assertEqual(self._rows(), 1)
