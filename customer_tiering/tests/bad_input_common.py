from contextlib import contextmanager

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, mute_logger

from .common import GradingCase


class BadInputCase(GradingCase):
    """Each refusal says what to do, and changes nothing."""

    @contextmanager
    def assertRefused(self, message):
        """As a user meets it: constraints of the database reach the screen as a message too."""
        before = self._dump()
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(UserError, message):
            try:
                with self.env.cr.savepoint():
                    yield
                    self.env.flush_all()
            except IntegrityError as error:
                models = {model._table: model for model in self.env.values() if model._table}
                model = models.get(error.diag.table_name, self.env["base"])
                raise ValidationError(model._sql_error_to_message(error)) from error
        self.env.invalidate_all()
        self.assertEqual(self._dump(), before)

    def _dump(self):
        self.env.flush_all()
        tables = ("program", "_", "indicator", "indicator_band", "condition", "metric", "segment")
        rows = []
        for table in tables:
            name = "customer_tier" if table == "_" else f"customer_tier_{table}"
            self.env.cr.execute(SQL("SELECT t::text FROM %s t ORDER BY id", SQL.identifier(name)))
            rows.append(self.env.cr.fetchall())
        return rows
