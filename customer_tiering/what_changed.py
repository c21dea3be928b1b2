"""Which rows of tables have changed since a night, as PostgreSQL itself keeps with each row the
transaction that wrote it: of whatever is no other row than then, nothing has to be compared again.

Reading who wrote the rows of a table takes a small part of what it takes to group or join them, and
no column has to be kept for it: imports and SQL are noticed like forms. What leaves no row, such as
a deletion or the former customer of an order, shows in a sum over all rows that are there; where
that differs, everything is compared. So is it where nothing is known of the night before, where the
database was restored or copied from another one since, and where rows tell less than all, as a
filter that looks at other tables does.
"""

import hashlib
import re
from dataclasses import dataclass, field

from psycopg2 import Error
from psycopg2.extensions import TransactionRollbackError

from odoo.tools import SQL

# Numbers of transactions come back after 2³² of them; older than half of these looks younger.
MOST_TRANSACTIONS = 2**31 - 2**20
# Where more of the rows than this share changed, nothing is gained by asking for these alone.
MOST_SHARE = 0.25
# Words in a condition that make it depend on more than the row that it is about.
FOREIGN = re.compile(r"\b(select|join|now|current_\w+|clock_timestamp|random)\b", re.IGNORECASE)


@dataclass
class Rows:
    """What changed of a table.

    :param ids: of rows written since, and of those named in another way
    :param owners: whose these are
    :param same: whether the rows of then are all there, and of the same owners
    :param total: how many rows there are
    """

    ids: list
    owners: list
    same: bool
    total: int

    def some(self):
        """Ids of whom they belong to, None where these are so many that all may as well be."""
        return None if len(self.ids) > MOST_SHARE * self.total else self.owners


@dataclass
class News:
    """What has changed since a night, and what the next one will want to know of this one.

    :param then: what is known of the night before, see :meth:`kept`; empty where nothing is
    :param here: which database this is, and which transactions are over; None where that cannot be
        asked
    """

    env: object
    then: dict
    here: tuple | None
    fresh: dict = field(default_factory=dict)

    @classmethod
    def since(cls, env, then):
        here = _here(env)
        known = here and then and then["server"] == here[0]
        # Numbers that come back after a while would look new, or old.
        if known and 0 <= here[1] - then["transaction"] < MOST_TRANSACTIONS:
            return cls(env, then, here)
        return cls(env, {}, here)

    def kept(self, **more):
        """What is kept for the next night, None without anything."""
        if not self.here:
            return None
        server, transaction = self.here
        return {"server": server, "transaction": transaction, "tables": self.fresh, **more}

    def rows(self, name, definition, table, owner, also=None, only=None):
        """What changed of a table.

        :param name: for what; the same every night
        :param definition: text of all that decides what its rows tell
        :param table: name of the table
        :param owner: ``SQL`` of the id that a row ``t`` belongs to
        :param also: ``SQL`` condition on rows ``t`` that are named in any case
        :param only: ``SQL`` condition on the rows ``t`` that are looked at
        :return: :class:`Rows`, None where nothing is known of then
        """
        if not self.here:
            return None
        definition = hashlib.sha256(definition.encode()).hexdigest()
        before = self.then.get("tables", {}).get(name)
        if before and before[0] != definition:
            before = None
        last = before[1] if before else 0
        pair = SQL("((t.id::bigint << 32) | COALESCE(%s, 0))", owner)
        number = SQL("SUM(hashint8extended(%s, 0))", pair)
        written = SQL("FALSE")
        if before:
            written = SQL(
                "(age(t.xmin) <= (SELECT age(%s::text::xid)) OR %s)",
                str(self.then["transaction"] % 2**32),
                also or SQL("FALSE"),
            )
        self.env.cr.execute(
            SQL(
                """
                SELECT COUNT(*), COALESCE(MAX(t.id), 0),
                       COALESCE(%(number)s FILTER (WHERE t.id <= %(last)s), 0),
                       COALESCE(%(number)s FILTER (WHERE t.id > %(last)s), 0),
                       COALESCE(array_agg(%(pair)s) FILTER (WHERE %(written)s), '{}')
                  FROM %(table)s t WHERE %(only)s
                """,
                number=number,
                pair=pair,
                last=last,
                written=written,
                table=SQL.identifier(table),
                only=only or SQL("TRUE"),
            )
        )
        count, greatest, known, new, pairs = self.env.cr.fetchone()
        self.fresh[name] = [definition, greatest, str(int(known) + int(new))]
        if not before:
            return None
        owners = {pair & 0xFFFFFFFF for pair in pairs} - {0}
        ids = [pair >> 32 for pair in pairs]
        return Rows(ids, sorted(owners), str(int(known)) == before[2], count)


def text_of(query):
    """What a query selects, as text that is the same as long as that follows from nothing but its
    own rows; None where it looks at more than them.

    :param query: ``odoo.tools.query.Query``
    """
    sql = query.select()
    if len(FOREIGN.findall(sql.code)) != 1 or len(query._tables) != 1 or query._joins:
        return None
    return repr((sql.code, sql.params))


def _here(env):
    """Which database of which server this is, as text, and a number of a transaction: whatever
    others wrote by a smaller one is seen from here on, or never was. None where it may not be
    asked."""
    try:
        with env.cr.savepoint(flush=False):
            env.cr.execute(
                SQL(
                    """
                    SELECT concat_ws('/', c.system_identifier, d.oid),
                           pg_snapshot_xmin(pg_current_snapshot())::text
                      FROM pg_control_system() c, pg_database d
                     WHERE d.datname = current_database()
                    """
                )
            )
            server, transaction = env.cr.fetchone()
    except TransactionRollbackError:
        raise
    except Error:
        return None
    return server, int(transaction)
