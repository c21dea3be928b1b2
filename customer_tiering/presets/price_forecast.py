"""What giving the discounts of a preset would change, before anybody has them: the programme is
made and everybody graded by it inside a savepoint that is taken back."""

from collections import Counter

# So many orders are shown, each of another customer, out of so many.
SAMPLE, LOOKED_AT = 5, 200


def forecast(env, make, as_of=None):
    """What the discounts of a programme come to, as HTML.

    :param make: function without arguments that makes the programme and returns it
    :param as_of: the day that everybody is graded as of; None for today
    :return: ``Markup``
    """
    savepoint = env.cr.savepoint()
    try:
        program = make()
        tiers = env["customer.tier.pipeline"]._foreseen_tiers(program, as_of)
        customers, agreed = _with_discount(program, tiers)
        values = {
            "tiers": _per_tier(program, customers),
            "count": len(customers),
            "agreed": agreed,
            "sample": _sample(program, customers),
            "beside": len(program._for_company(program.company_id)) > 1,
        }
        return env["ir.qweb"]._render("customer_tiering.price_forecast", values)
    finally:
        savepoint.close(rollback=True)
        # What was looked up meanwhile is of a programme that never was.
        env.registry.clear_cache()


def _with_discount(program, tiers):
    """Who would have other prices.

    :param tiers: pandas Series, tier id per customer
    :return: dict ``res.partner`` → ``customer.tier``; and how many more keep a list of their own
    """
    company = program.company_id
    discounts = {tier.id: tier for tier in program.tier_ids.filtered("discount")}
    found = tiers[tiers.isin(list(discounts))]
    partners = program.env["res.partner"].with_company(company).browse(found.index.tolist())
    undecided = partners.filtered(lambda p: not p._customer_tier_agreed_pricelist())
    chosen = dict(zip(found.index.tolist(), found.tolist(), strict=True))
    customers = {partner: discounts[chosen[partner.id]] for partner in undecided}
    return customers, len(partners) - len(undecided)


def _per_tier(program, customers):
    counts = Counter(customers.values())
    return [
        {"name": tier.name, "discount": tier.discount_text, "count": counts[tier]}
        for tier in program.tier_ids.filtered("discount")
    ]


def _sample(program, customers):
    """The latest orders of some of them, as they would cost without the tier and with it."""
    company = program.company_id
    ids = [partner.id for partner in customers]
    orders = program.env["sale.order"].with_company(company)
    orders = orders.search(
        [
            ("company_id", "=", company.id),
            ("partner_id.commercial_partner_id", "in", ids),
            ("state", "in", ("draft", "sent", "sale")),
            ("amount_untaxed", ">", 0),
        ],
        order="date_order desc, id desc",
        limit=LOOKED_AT,
    )
    latest = {}
    for order in orders:
        latest.setdefault(order.partner_id.commercial_partner_id, order)
    return [_before_after(order, customers) for order in list(latest.values())[:SAMPLE]]


def _before_after(order, customers):
    partner = order.partner_id.commercial_partner_id
    tier = customers[partner.with_company(order.company_id)]
    lists = order.env["product.pricelist"].with_context(active_test=False)
    base = lists._customer_tier_without(partner.ids)[partner.id]
    own = tier._own_pricelists()
    own = own.filtered(lambda made: made.customer_tier_base_id == base)[:1] or own[:1]
    return {
        "order": order,
        "tier": tier.name,
        "before": order._customer_list_amount(base),
        "after": order._customer_list_amount(own),
    }
