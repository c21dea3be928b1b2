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
    :param fresh: by name: what :meth:`rows` is to know the next time, as list of a digest of what
        decides, the greatest id, a sum over all rows, and how many these are
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
        kept = {"server": server, "transaction": transaction, "tables": self.fresh, **more}
        return {**kept, "within": _transaction(self.env)}

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
        # Earlier versions did not keep how many there are.
        if before and (before[0] != definition or len(before) < 4):
            before = None
        last, only = before[1] if before else 0, only or SQL("TRUE")
        pair, nothing = _pair(owner), SQL("FALSE")
        self.env.cr.execute(
            SQL(
                """
                SELECT COUNT(*), COUNT(*) FILTER (WHERE t.id <= %(last)s), COALESCE(MAX(t.id), 0),
                       COALESCE(array_agg(%(pair)s) FILTER (WHERE %(written)s), '{}'),
                       COALESCE(array_agg(%(pair)s) FILTER (WHERE %(named)s), '{}')
                  FROM %(table)s t WHERE %(only)s
                """,
                last=last,
                pair=pair,
                written=self._written(name) if before else nothing,
                named=also if before and also else nothing,
                table=SQL.identifier(table),
                only=only,
            )
        )
        count, older, greatest, written, named = self.env.cr.fetchone()
        if before and self._is_as_before(before, count, older, written):
            sums = int(before[2]), self._sum_of(written)
        else:
            sums = self._sums(table, pair, last, only)
        self.fresh[name] = [definition, greatest, str(sum(sums)), count]
        if not before:
            return None
        pairs = written + named
        owners = {pair & 0xFFFFFFFF for pair in pairs} - {0}
        same = str(sums[0]) == before[2]
        return Rows([pair >> 32 for pair in pairs], sorted(owners), same, count)

    def written_since(self, writer):
        """Whether a row was written since the night before.

        :param writer: ``SQL`` of the number that it keeps of its transaction
        """
        transaction = str(self.then["transaction"] % 2**32)
        return SQL("(age(%s) <= (SELECT age(%s::text::xid)))", writer, transaction)

    def _written(self, name):
        """Whether a row ``t`` was written since the night before, and not by that night itself."""
        own = self.then.get("own", {}).get(name, [])
        return SQL("(%s AND t.xmin <> ALL(%s::xid[]))", self.written_since(SQL("t.xmin")), own)

    def _is_as_before(self, before, count, older, written):
        """Whether no row of then was written or is gone, and all others are known, so that nothing
        has to be summed up again."""
        _definition, last, _sum, number = before
        new = sum(pair >> 32 > last for pair in written)
        return older == number and new == len(written) == count - older

    def _sum_of(self, pairs):
        """A sum over some pairs of id and owner, exact unlike numbers that Odoo reads as float."""
        if not pairs:
            return 0
        number = SQL("SUM(hashint8extended(p, 0))::text")
        self.env.cr.execute(SQL("SELECT %s FROM unnest(%s::bigint[]) p", number, pairs))
        return int(self.env.cr.fetchone()[0])

    def _sums(self, table, pair, last, only):
        """The same over all rows up to an id, and over all behind it.

        :param pair: ``SQL`` of id and owner of a row ``t``
        """
        number = SQL("SUM(hashint8extended(%s, 0))", pair)
        self.env.cr.execute(
            SQL(
                """
                SELECT COALESCE(%(number)s FILTER (WHERE t.id <= %(last)s), 0)::text,
                       COALESCE(%(number)s FILTER (WHERE t.id > %(last)s), 0)::text
                  FROM %(table)s t WHERE %(only)s
                """,
                number=number,
                last=last,
                table=SQL.identifier(table),
                only=only,
            )
        )
        return tuple(map(int, self.env.cr.fetchone()))


def with_own(env, kept, name, table, only):
    """What a night keeps (:meth:`News.kept`), with the transactions that have written rows of a
    table since: where the night was a single one, it wrote them by what its passes saw, so that
    they are no news to the next one.

    :param name, table, only: as :meth:`News.rows` was given them
    """
    if kept["within"] != _transaction(env):
        return kept
    env.cr.execute(
        SQL(
            """
            SELECT COALESCE(array_agg(DISTINCT t.xmin::text), '{}') FROM %s t
             WHERE %s AND age(t.xmin) <= (SELECT age(%s::text::xid))
            """,
            SQL.identifier(table),
            only,
            str(kept["transaction"] % 2**32),
        )
    )
    return {**kept, "own": {**kept.get("own", {}), name: env.cr.fetchone()[0]}}


def _pair(owner):
    """Id and owner of a row ``t``, as one number."""
    return SQL("((t.id::bigint << 32) | COALESCE(%s, 0))", owner)


def _transaction(env):
    """Which transaction this is, as text."""
    env.cr.execute(SQL("SELECT pg_current_xact_id()::text"))
    return env.cr.fetchone()[0]


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
