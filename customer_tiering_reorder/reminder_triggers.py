"""What a reminder rule goes by, besides the customer's next order: a category that is due or late,
an item that is bought no longer, a stage entered, a quotation without an answer, a prospect.

A rule hands over the first and the last day on which its reason may have begun, as
``grading.reminders.due_between`` gives them; what comes back is a condition on standing ``s`` of a
query over standings and contacts ``p``.
"""

from datetime import timedelta

from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.tools import SQL

CUSTOMER, QUOTATION = "customer", "quotation"
# Keys are kept in the database.
TRIGGERS = [
    (CUSTOMER, "The customer's next order"),
    ("category_due", "A category is due"),
    ("late", "A category is late"),
    ("lost_item", "A category is bought no longer"),
    ("stage", "A stage is entered"),
    (QUOTATION, "A quotation is not answered"),
    ("prospect", "A prospect has not ordered"),
]
# Of the customer's rhythm in categories: those of ``customer.purchase.rhythm``.
OF_A_CATEGORY = ("category_due", "late", "lost_item")
KNOWN_STAGES = {code for code, _name in STAGES}


def condition(env, trigger, earliest, latest, categories=(), stages=()):
    """
    :param trigger: of ``TRIGGERS``, but not the customer's next order, which the rule knows itself
    :param earliest, latest: days on which the reason began, both inclusive
    :param categories: ids; only these categories and those below them, empty: all
    :param stages: codes of stages that are entered, empty: all
    :return: ``SQL`` condition on standing ``s`` and its contact ``p``
    """
    if trigger in OF_A_CATEGORY:
        return _of_a_category(env, trigger, earliest, latest, categories)
    return {"stage": _stage, QUOTATION: _quotation, "prospect": _prospect}[trigger](
        env, earliest, latest, sorted(KNOWN_STAGES.intersection(stages))
    )


def categories_of(env, trigger, days, categories=()):
    """Which categories it is about, of standings that the condition has found, the dearest first.

    :param days: dict ``customer.tier.standing`` of one company → first and last day on which the
        reason may have begun
    :return: dict ``customer.tier.standing`` → ids of categories
    """
    result = {standing: [] for standing in days}
    if trigger not in OF_A_CATEGORY or not days:
        return result
    company = env["customer.tier.standing"].union(*days).company_id
    company.ensure_one()
    own = {standing.partner_id.id: standing for standing in days}
    due = env["customer.purchase.rhythm"]._due(company, SQL("a.latest"), trigger, SQL("a.earliest"))
    rows = env.execute_query(
        SQL(
            """
            SELECT d.partner_id, d.category_id
              FROM UNNEST(%s, %s::date[], %s::date[]) a (partner, earliest, latest)
        CROSS JOIN LATERAL (%s) d
             WHERE d.partner_id = a.partner AND %s
             ORDER BY d.loss DESC NULLS LAST, d.category_id
            """,
            list(own),
            [earliest for earliest, _latest in days.values()],
            [latest for _earliest, latest in days.values()],
            due,
            _within(SQL("d.category_id"), env, categories),
        )
    )
    for partner, category in rows:
        result[own[partner]].append(category)
    return result


def _within(column, env, categories):
    """Whether a category is one of some, or below one of them."""
    if not categories:
        return SQL("TRUE")
    below = env["product.category"].sudo().search([("id", "child_of", list(categories))])
    return SQL("%s = ANY(%s)", column, below.ids)


def _of_a_category(env, trigger, earliest, latest, categories):
    rhythm = env["customer.purchase.rhythm"]
    return SQL(
        """EXISTS (SELECT FROM customer_purchase_rhythm r
                    WHERE r.partner_id = s.partner_id AND r.company_id = s.company_id
                      AND %s AND %s)""",
        rhythm._is_due(trigger, earliest, latest),
        _within(SQL("r.category_id"), env, categories),
    )


def _stage(_env, earliest, latest, stages):
    entered = SQL("s.stage_since BETWEEN %s AND %s", earliest, latest)
    return SQL("(%s AND s.lifecycle_stage = ANY(%s))", entered, stages) if stages else entered


def _quotation(_env, earliest, latest, _stages):
    """A quotation was sent on one of the days, and nothing came of it or after it."""
    return SQL(
        """EXISTS (SELECT FROM res_partner c
                     JOIN sale_order o ON o.partner_id = c.id AND o.company_id = s.company_id
                     JOIN res_company y ON y.id = s.company_id
                     JOIN res_partner h ON h.id = y.partner_id
               CROSS JOIN LATERAL (SELECT (o.date_order AT TIME ZONE 'UTC'
                                           AT TIME ZONE COALESCE(h.tz, 'UTC'))::date AS sent) d
                    WHERE c.commercial_partner_id = s.partner_id AND o.state = 'sent'
                      AND d.sent BETWEEN %s AND %s
                      AND (s.last_order_date IS NULL OR s.last_order_date < d.sent))""",
        earliest,
        latest,
    )


def quotations_of(env, company, days):
    """The last quotation that was sent to each customer on one of its days and is not answered, as
    far as the reader may see it.

    :param days: dict ``res.partner`` → first and last day
    :return: dict ``res.partner`` → ``sale.order``, which may be empty
    """
    # The day is that of the company's clock, which may be another than that of UTC.
    spans = {
        customer: (earliest - timedelta(days=1), latest + timedelta(days=1))
        for customer, (earliest, latest) in days.items()
    }
    owners = env["res.partner"].union(*days).commercial_partner_id
    sent = env["sale.order"].search(
        [
            ("partner_id.commercial_partner_id", "in", owners.ids),
            ("company_id", "=", company.id),
            ("state", "=", "sent"),
            ("date_order", ">=", min(first for first, _last in spans.values())),
            ("date_order", "<", max(last for _first, last in spans.values()) + timedelta(days=1)),
        ],
        order="date_order desc, id desc",
    )
    # Whoever sees the quotation sees whose it is.
    orders = sent.grouped(lambda order: order.sudo().partner_id.commercial_partner_id)

    def last(customer):
        first, last = spans[customer]
        own = orders.get(customer.commercial_partner_id, sent.browse())
        return own.filtered(lambda order: first <= order.date_order.date() <= last)[:1]

    return {customer: last(customer) for customer in days}


def _prospect(_env, earliest, latest, _stages):
    """Never ordered; the day is that of becoming a prospect, else that of the contact."""
    return SQL(
        """(s.last_order_date IS NULL AND s.lifecycle_stage = 'potential'
            AND COALESCE(s.stage_since, p.create_date::date) BETWEEN %s AND %s)""",
        earliest,
        latest,
    )
