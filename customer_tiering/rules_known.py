"""By which state of their records rules were read, so that they are read once and not for each
customer that is graded.

A row is the same as long as the transaction that wrote it and its place in the table are: whoever
changes, adds or deletes a rule makes another state, whether by a form, an import or in SQL, and a
transaction that is taken back brings the state before it again. Tables of rules have some dozens
of rows, so one statement asks for all of them.
"""

from odoo.tools import SQL

# All that ``policy.Program`` is made of.
MODELS = (
    "customer.tier.program",
    "customer.tier",
    "customer.tier.condition",
    "customer.tier.indicator",
    "customer.tier.indicator.band",
    "customer.tier.veto",
    "customer.tier.entry.rule",
    "customer.tier.segment",
    "customer.tier.metric",
    "res.company",
    "res.currency",
)
# What entry rules ask besides.
RELATIONS = ("res_country_res_country_group_rel",)


def state(env):
    """Digest of the present state of all rules, a string."""
    parts = [
        SQL(
            "SELECT %s || ' ' || xmin::text || ctid::text AS version FROM %s",
            table,
            SQL.identifier(table),
        )
        for table in (*(env[model]._table for model in MODELS), *RELATIONS)
    ]
    # A sum, as the order of the rows means nothing: sorting them takes four times as long.
    query = SQL(
        "SELECT SUM(hashtextextended(version, 0))::text FROM (%s) rows",
        SQL(" UNION ALL ").join(parts),
    )
    return env.execute_query(query)[0][0]
