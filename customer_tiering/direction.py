"""Which way customers go from tier to tier, for records and for SQL; the rule itself is
``grading.ladder.direction``."""

from odoo.tools import SQL

# Lines of history ``c`` that are news: not those of merged records, which nobody made happen.
TOLD = SQL("c.direction <> 'stay' AND c.reason NOT IN ('merge', 'lock')")


def direction(before, after):
    """Which way a customer goes.

    :param before, after: ``customer.tier``, empty for none
    :return: a key of ``customer.tier.change.direction``
    """
    from .grading import ladder

    ordered = (before | after).sorted(lambda tier: (tier.sequence, tier.id))
    rank = {tier: position for position, tier in enumerate(ordered, start=1)}
    return ladder.direction(
        rank.get(before, 0), rank.get(after, 0), before.program_id.id, after.program_id.id
    ).item()


def direction_sql(before, after):
    """The same of rows of ``customer_tier``, of which an outer join may have found none.

    :param before, after: aliases of the table in the query
    """
    return SQL(
        """CASE WHEN %(after)s IS NOT DISTINCT FROM %(before)s THEN 'stay'
                WHEN %(after)s IS NULL THEN 'out'
                WHEN %(before)s IS NULL THEN 'first'
                WHEN %(now)s <> %(was)s THEN 'switch'
                WHEN (%(rank_after)s, %(after)s) > (%(rank_before)s, %(before)s) THEN 'up'
                ELSE 'down' END""",
        before=SQL.identifier(before, "id"),
        after=SQL.identifier(after, "id"),
        was=SQL.identifier(before, "program_id"),
        now=SQL.identifier(after, "program_id"),
        rank_before=SQL.identifier(before, "sequence"),
        rank_after=SQL.identifier(after, "sequence"),
    )
