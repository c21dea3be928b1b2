"""Reads the customers who come next while others are graded and stored: reading them takes the
database about as long as that, and needs nothing of it.

It reads in a connection of its own, which sees what is committed: where the transaction that grades
has written anything before it began, it would see less than that, and nothing is read ahead. That
transaction holds the lock of its company, so nobody else's gradings come between.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from psycopg2.pool import PoolError

from .tools import is_clean

_logger = logging.getLogger(__name__)


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
    the first one on.

    :param env: environment like which that of the work is
    """

    def __init__(self, env):
        self._like, self._env, self._thread = env, None, None
        self._what, self._future = None, None

    def start(self, what, work):
        """Begin to work; not where no connection is left.

        :param what: tells it from other work
        :param work: function of an environment, which is the work's alone
        """
        if self._env is None:
            try:
                self._env = self._like(cr=self._connect())
            except PoolError:
                return
            # The work is done before it is asked for, and workers would take processors from the
            # transaction that it is done for.
            self._env.cr.execute("SET max_parallel_workers_per_gather = 0")
            self._thread = ThreadPoolExecutor(1, "customer_tiering")
        self._what, self._future = what, self._thread.submit(work, self._env)

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
            _logger.info("Nothing could be read ahead", exc_info=True)
            self._env.cr.rollback()
            return None

    def close(self):
        """Give up what nobody is going to take, and the connection."""
        if self._env is None:
            return
        if self._future is not None:
            self._env.cr.connection.cancel()
        self._thread.shutdown()
        self._env.cr.close()
