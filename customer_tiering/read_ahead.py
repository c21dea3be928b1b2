"""Reads the customers who come next while others are graded and stored: reading them takes the
database about as long as that, and needs nothing of it.

It reads in a connection of its own, which sees what is committed: where the transaction that grades
has written anything before it began, it would see less than that, and nothing is read ahead. That
transaction holds the lock of its company, so nobody else's gradings come between.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import psycopg2

from odoo.tools import SQL

from .tools import is_clean

_logger = logging.getLogger(__name__)

# The work is done before it is asked for, and workers would take processors from the transaction
# that it is done for. Who waits to change a table, such as an upgrade, waits for that transaction
# and lets nobody pass: work that waited behind them, and is waited for, would never end.
SETTINGS = SQL("SET max_parallel_workers_per_gather = 0; SET lock_timeout = '1s'")


@contextmanager
def beside(env):
    """A :class:`ReadAhead` beside the transaction of an environment, None where others would not
    see the same."""
    if not is_clean(env):
        yield None
        return
    ahead = ReadAhead(env)
    try:
        yield ahead
    finally:
        ahead.close()


class ReadAhead:
    """One piece of work at a time, in a thread and a connection of its own, which are there from
    the first one on. Where anything fails, the transaction does without them from then on.

    :param env: environment like which that of the work is
    """

    def __init__(self, env):
        self._like, self._env, self._thread = env, None, None
        self._what, self._future = None, None
        self._failed = False

    def start(self, what, work):
        """Begin to work; not where no connection is left.

        :param what: tells it from other work
        :param work: function of an environment, which is the work's alone
        """
        if self._failed:
            return
        try:
            if self._env is None:
                self._open()
            self._what, self._future = what, self._thread.submit(work, self._env)
        # No connection, or no thread.
        except (psycopg2.Error, RuntimeError):
            self._give_up()

    def _open(self):
        self._env = self._like(cr=self._connect())
        self._thread = ThreadPoolExecutor(1, "customer_tiering")
        self._env.cr.execute(SETTINGS)

    def _connect(self):
        return self._like.registry.cursor()

    def take(self, what):
        """What the work came to, None where that was not begun, or failed: whoever does it then
        finds out why, and whose fault it is."""
        if self._future is None or self._what != what:
            return None
        future, self._future = self._future, None
        try:
            return future.result()
        except Exception:
            self._give_up()
            return None

    def _give_up(self):
        _logger.info("Nothing can be read ahead", exc_info=True)
        self._failed = True
        self.close()

    def close(self):
        """Give up what nobody is going to take, and the connection."""
        future, self._future = self._future, None
        thread, self._thread = self._thread, None
        env, self._env = self._env, None
        # Nothing is lost where the connection is gone already.
        if future is not None:
            with suppress(psycopg2.Error):
                env.cr.connection.cancel()
        if thread is not None:
            thread.shutdown()
        if env is not None:
            with suppress(psycopg2.Error):
                env.cr.close()
