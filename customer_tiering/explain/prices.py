"""What there is to say of a tier's prices: where nobody gets them, and where they cost more than a
lower tier's prices, or than those without a tier."""

from odoo.tools.i18n import format_list

from .words import readable

# So many products are named; of more, the number is told. So many are looked at in all, and so many
# where a rule is for many.
NAMED, LOOKED_AT, OF_A_RULE = 3, 200, 50


def warnings(tier):
    """Sentences on where the tier's prices do not apply, or differ from what one would expect."""
    env = tier.env
    if not env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
        return [
            env._(
                "Pricelists are switched off (Settings › Sales › Pricing), so this tier changes "
                "no price yet."
            )
        ]
    if not tier.program_id.gives_prices:
        return [
            env._(
                "“Give the Tiers' Prices” is off in programme “%s”, so this tier changes no price.",
                tier.program_id.name,
            )
        ]
    said = [*_archived(tier), *_foreign(tier)]
    if tier.discount == 100:
        said.append(env._("With a discount of 100 % everything is free for this tier."))
    return [*said, *_public(tier), *_agreed(tier), *_dearer(tier)]


def advice(program):
    """The same for all tiers of a programme.

    :return: list of pairs of sentences: what is so, and what to do
    """
    env = program.env
    tiers = program.tier_ids.filtered(lambda tier: tier.discount or tier.pricelist_id)
    # Who switched prices off on the programme itself needs no advice to switch them on.
    if not tiers or not program.gives_prices:
        return []
    if not env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
        remedy = env._(
            "Switch them on under Settings › Sales › Pricing, or switch off “Give the Tiers' "
            "Prices” here."
        )
        return [(env._("Pricelists are switched off, so no tier changes a price yet."), remedy)]
    remedy = env._("Open the tier to change its discount or pricelist.")
    said = {}
    for tier in tiers:
        for sentence in tier._pricelist_warnings():
            said.setdefault(sentence, []).append(env._("“%s”", tier.name))
    return [
        (
            env._(
                "Prices of %(tiers)s: %(sentence)s",
                tiers=format_list(env, names),
                sentence=sentence,
            ),
            remedy,
        )
        for sentence, names in said.items()
    ]


def _archived(tier):
    pricelist = tier.pricelist_id
    if pricelist and not pricelist.active and tier.active:
        yield tier.env._(
            "Pricelist “%s” is archived, so this tier changes no price. Unarchive it, or choose "
            "another one.",
            pricelist.name,
        )


def _foreign(tier):
    pricelist = tier.pricelist_id
    foreign = pricelist.currency_id - tier.company_id.currency_id
    if foreign and not pricelist.customer_tier_id:
        yield tier.env._(
            "This pricelist is in %(list)s while the company works in %(company)s: only customers "
            "who are quoted in %(list)s anyway get it. Choose one in %(company)s here; lists for "
            "customers of another currency belong under “Pricelists in Other Currencies”.",
            list=foreign.name,
            company=tier.company_id.currency_id.name,
        )


def _public(tier):
    linked = tier.pricelist_id | tier.other_pricelist_ids
    public = linked.filtered(lambda pricelist: not pricelist.customer_tier_only)
    if public:
        yield tier.env._(
            "“%s” is also for customers without this tier, who get it as their standard "
            "pricelist. Copy it to have prices for this tier alone.",
            public[0].name,
        )


def _agreed(tier):
    """Customers for whom somebody chose another list."""
    if not tier._origin:
        return
    standings = tier.env["customer.tier.standing"].with_company(tier.company_id)
    own = standings.search(
        [
            ("tier_id", "=", tier._origin.id),
            ("partner_id.specific_property_product_pricelist", "!=", False),
        ]
    ).partner_id.with_company(tier.company_id)
    lists = tier.pricelist_id | tier.other_pricelist_ids | tier.own_pricelist_ids
    own = own.filtered(lambda partner: partner._customer_tier_agreed_pricelist() - lists)
    if own:
        yield tier.env._(
            "%(count)s of its customers have a pricelist of their own, which goes before the "
            "tier's: %(names)s.",
            count=len(own),
            names=_names(tier.env, own.mapped("name")),
        )


def _dearer(tier):
    """Where customers would pay less in a lower tier, or without one; each of these once."""
    env, said = tier.env, set()
    lower = tier.program_id.tier_ids.filtered(
        lambda other: other.sequence < tier.sequence and other._origin != tier._origin
    )
    for base in dict.fromkeys(env["product.pricelist"]._customer_tier_bases(tier.company_id)):
        mine = tier._pricelist_for(base) or base
        compared = {other: other._pricelist_for(base) or base for other in lower.sorted()}
        compared[env["customer.tier"]] = base
        for other, theirs in compared.items():
            if other in said or mine == theirs or mine.currency_id != theirs.currency_id:
                continue
            found = _dearer_products(mine, theirs, tier.company_id)
            if found:
                said.add(other)
                yield _dearer_text(tier, other, base, found)


def _dearer_text(tier, other, base, found):
    """
    :param other: the lower tier, or none
    :param base: the list without a tier
    :param found: products with both prices, as texts
    """
    env = tier.env
    if other and 0 < tier.discount < other.discount:
        return env._(
            "The lower tier “%(tier)s” has a larger discount (%(larger)s %% instead of "
            "%(smaller)s %%): whoever is promoted pays more.",
            tier=other.name,
            larger=readable(env, other.discount),
            smaller=readable(env, tier.discount),
        )
    if other:
        return env._(
            "Dearer than in the lower tier “%(tier)s”: %(products)s.",
            tier=other.name,
            products=_names(env, found),
        )
    return env._(
        "Dearer than without the tier (%(pricelist)s): %(products)s.",
        pricelist=base.name or env._("catalogue prices"),
        products=_names(env, found),
    )


def _dearer_products(mine, theirs, company):
    """Products that cost more by one list than by another, with both prices, as texts.

    :param mine: ``product.pricelist``, as is ``theirs``; either may be none, the catalogue
    """
    discount, other = _plain_discount(mine), _plain_discount(theirs)
    if discount is not None and other is not None:
        # One rule for everything, on top of the same list: no product need be looked at.
        same_base = mine.customer_tier_base_id == (theirs.customer_tier_base_id or theirs)
        if same_base and discount >= other:
            return []
    currency = mine.currency_id or theirs.currency_id or company.currency_id
    products = _products(mine | theirs, company)
    found = {}
    for quantity in _quantities(mine | theirs):
        here = mine._get_products_price(products, quantity, currency=currency)
        there = theirs._get_products_price(products, quantity, currency=currency)
        for product in products:
            if currency.compare_amounts(here[product.id], there[product.id]) > 0:
                found.setdefault(product, (quantity, here[product.id], there[product.id]))
    env = mine.env
    return [
        env._(
            "%(product)s (%(price)s instead of %(other)s)",
            product=product.display_name,
            price=readable(env, price),
            other=readable(env, lower),
        )
        if quantity == 1
        else env._(
            "%(product)s (from %(quantity)s: %(price)s instead of %(other)s)",
            product=product.display_name,
            quantity=readable(env, quantity),
            price=readable(env, price),
            other=readable(env, lower),
        )
        for product, (quantity, price, lower) in found.items()
    ]


def _plain_discount(pricelist):
    """The percentage of a list that is nothing but a typed discount; 0 for one that is no tier's;
    None where people added rules."""
    if not pricelist.customer_tier_id:
        return 0.0
    rule = pricelist._customer_tier_general_rule()
    return rule.percent_price if len(rule) == 1 and rule == pricelist.item_ids else None


def _products(lists, company):
    """Products to look at: those that rules name, and some of those that rules are for."""
    env = lists.env
    items = (lists | lists.customer_tier_base_id).item_ids
    products = items.product_id | items.product_tmpl_id.product_variant_id
    saleable = [("sale_ok", "=", True), ("company_id", "in", (company.id, False))]
    for category in items.categ_id:
        domain = [*saleable, ("categ_id", "child_of", category.id)]
        products |= env["product.product"].search(domain, limit=OF_A_RULE)
    products |= env["product.product"].search(saleable, limit=OF_A_RULE)
    return products[:LOOKED_AT].with_company(company)


def _quantities(lists):
    """Quantities from which a price may be another one."""
    items = (lists | lists.customer_tier_base_id).item_ids
    return sorted({1.0, *filter(None, items.mapped("min_quantity"))})[:5]


def _names(env, names):
    """The first names in a sentence, and how many more there are."""
    named = list(names[:NAMED])
    if len(names) > NAMED:
        named.append(env._("%s more", len(names) - NAMED))
    return format_list(env, named)
