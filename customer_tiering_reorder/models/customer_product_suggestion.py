from datetime import date, timedelta

from odoo import api, fields, models
from odoo.addons.customer_tiering.grading.policy import ORDERED
from odoo.fields import Domain
from odoo.tools import SQL, float_round

from ..explain import offer as words
from ..suggestion import ALSO, TIER, USUAL, Suggestion
from .customer_product_affinity import YEAR_DAYS
from .product_pricelist import RULES_AT_ONCE

EPOCH = date(1970, 1, 1)
# Products of the second and of the third list.
ALSO_SIZE = TIER_SIZE = 3
# How long a product is new.
NEW_DAYS = 60
# Candidates that are looked at, as some will not be sold any more.
CANDIDATES = 30


class CustomerProductSuggestion(models.AbstractModel):
    """What one customer may want to buy: the only place where it is worked out, for quotations,
    the customer's own page, reminders and the contact alike.

    Everything is read with all rights, whoever asks: callers have seen to it that the customer may
    be read. Nothing is suggested that could not be ordered.
    """

    _name = "customer.product.suggestion"
    _description = "Products Suggested to a Customer"

    @api.model
    def _of(self, partner, company, usual_size=None):
        """
        :param partner: ``res.partner``, any contact of the customer
        :param usual_size: most products of the first list
        :return: list of :class:`Suggestion` in the order of the lists, no product twice
        """
        # Purchases and affinities are read by SQL.
        self.env.flush_all()
        model = self.sudo().with_company(company)
        customer = partner.sudo().commercial_partner_id
        return model._of_customer(customer, company, usual_size)

    def _of_customer(self, customer, company, usual_size):
        from odoo.addons.customer_tiering.grading import baskets

        tier, is_better, basis = self._graded(customer, company)
        today = (self.env["customer.tier.gather"]._today(company) - EPOCH).days
        bought = self._bought(customer, company, today, basis)
        recent = [(day, product) for day, product, _quantity in bought if day > today - YEAR_DAYS]
        weights = baskets.profile(*zip(*recent, strict=True)) if recent else {}
        again, rows, counts, bestsellers = self._affinities(
            {product for _day, product, _quantity in bought}, tier, company
        )
        usual = baskets.usual(*(zip(*bought, strict=True) if bought else ([], [], [])), again, None)
        also = baskets.new_products(weights, rows, size=CANDIDATES)
        # Of the better half of the tiers what is new, of the others what their tier buys most.
        new = self._new_candidates(company, today) if is_better else {}
        best = self._looked_at(customer, company) | (new or self._bestsellers(bestsellers, tier))
        ids = [*(found.product for found in usual), *(other for other, _why in also), *best]
        suitable = self._suitable(ids, company)
        first = self._usual(usual, suitable, company)[: usual_size or baskets.USUAL_SIZE]
        second = self._optional(first, company)
        second += self._also(also, suitable, counts)
        third = [make(suitable[product]) for product, make in best.items() if product in suitable]
        return self._without_twins(first, weights, (second, ALSO_SIZE), (third, TIER_SIZE))

    def _without_twins(self, first, owned, *others):
        """The lists after the first have what the customer does not have, and nothing twice."""
        result, seen = list(first), {*owned, *(suggestion.product.id for suggestion in first)}
        for suggestions, size in others:
            for suggestion in suggestions:
                if size and suggestion.product.id not in seen:
                    seen.add(suggestion.product.id)
                    result.append(suggestion)
                    size -= 1
        return result

    # What is known

    def _graded(self, customer, company):
        """
        :return: the customer's ``customer.tier``, whether it is of the better half of its
            programme, and whether gradings count what was ordered or invoiced
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT s.tier_id, p.basis,
                       ARRAY(SELECT t.id FROM customer_tier t
                              WHERE t.program_id = s.program_id AND t.active
                              ORDER BY t.sequence, t.id)
                  FROM customer_tier_standing s
                  LEFT JOIN customer_tier_program p ON p.id = s.program_id
                 WHERE s.partner_id = %s AND s.company_id = %s
                """,
                customer.id,
                company.id,
            )
        )
        tier, basis, ladder = self.env.cr.fetchone() or (None, None, [])
        is_better = tier in ladder and 2 * ladder.index(tier) >= len(ladder)
        return self.env["customer.tier"].browse(tier), is_better, basis or ORDERED

    def _bought(self, customer, company, today, basis):
        """What the customer bought: list of (day number, product id, quantity in the product's
        unit), as gradings count it."""
        gather = self.env["customer.tier.gather"]
        lines = gather._lines(
            company,
            EPOCH + timedelta(days=today),
            gather._scope_of(customer.ids),
            {"quantity"},
            basis=basis,
        )
        # What came back did so from the day on which it was bought.
        days = lines["origin"] if "origin" in lines else lines["day"]
        columns = (days, lines["product"], lines["quantity"])
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [(int(day), product, quantity) for day, product, quantity in rows]

    def _affinities(self, products, tier, company):
        """What is known of products: dict product → how likely it is bought again, rows of
        (product, other, score), dict pair → number of customers and whose tier they are of, and
        what is bought by most customers, as pairs (product, number of customers, id of the tier
        or None).

        Those of the customer's own tier, where it has enough customers to have some.
        """
        again, shared, own, best = {}, [], [], []
        self.env.cr.execute(
            SQL(
                """
                SELECT FALSE, tier_id, product_id, other_id, score, customer_count
                  FROM customer_product_affinity
                 WHERE company_id = %(company)s AND product_id = ANY(%(products)s)
                   AND (tier_id IS NULL OR tier_id = %(tier)s)
             UNION ALL (
                SELECT TRUE, tier_id, product_id, other_id, score, customer_count
                  FROM customer_product_affinity
                 WHERE company_id = %(company)s AND product_id = other_id
                   AND (tier_id = %(tier)s OR tier_id IS NULL)
              ORDER BY tier_id IS NULL, customer_count DESC, product_id
                 LIMIT %(limit)s)
                """,
                company=company.id,
                products=list(products),
                tier=tier.id or None,
                limit=CANDIDATES,
            )
        )
        for is_best, tier_id, product, other, score, count in self.env.cr.fetchall():
            if is_best:
                best.append((product, count, tier_id))
            elif product != other:
                (own if tier_id else shared).append((product, other, score, count))
            elif not tier_id:
                again[product] = score
        rows, whose = (own, tier) if own else (shared, tier.browse())
        counts = {(product, other): (count, whose) for product, other, _score, count in rows}
        return again, [row[:3] for row in rows], counts, best

    def _suitable_domain(self, company):
        """Hook: which products may be suggested at all."""
        Product = self.env["product.product"]
        no_goods = self.env["customer.tier.gather"]._products_that_are_no_goods(company)
        return Domain(Product._check_company_domain(company)) & Domain(
            [
                ("active", "=", True),
                ("sale_ok", "=", True),
                # A combo is put together by whoever orders it; seats and courses are taken once.
                ("type", "!=", "combo"),
                ("service_tracking", "not in", ["event", "event_booth", "course"]),
                ("id", "not in", SQL("(%s)", no_goods)),
            ]
        )

    def _suitable(self, ids, company):
        """Those of some products that may be suggested: dict id → ``product.product``, which is
        another one where one has been replaced."""
        domain = Domain("id", "in", list(ids)) & self._suitable_domain(company)
        found = self.env["product.product"].with_context(active_test=True).search_fetch(domain)
        # What their names are made of, and their prices, is read for all at once.
        found.fetch(["product_template_attribute_value_ids"])
        found.product_tmpl_id.fetch()
        suitable = {product.id: product for product in found}
        gone = [product for product in ids if product not in suitable]
        return suitable | (self._replacements(gone, company) if gone else {})

    def _replacements(self, ids, company):
        """Hook: what takes the place of products that are sold no more.

        :return: dict id → suitable ``product.product``
        """
        return {}

    # The three lists

    def _usual(self, usual, suitable, company):
        result = {}
        for found in usual:
            product = suitable.get(found.product)
            if product and product not in result:
                reasons = words.usual(self.env, found, EPOCH + timedelta(days=found.last))
                if product.id != found.product:
                    old = product.browse(found.product)
                    reasons = words.replacing(self.env, old, reasons)
                quantity = float_round(found.quantity, precision_digits=2) or 1.0
                result[product] = Suggestion(USUAL, product, quantity, found.habit, *reasons)
        return list(result.values())

    def _optional(self, first, company):
        """What somebody has put on the products of the first list as going with them."""
        pairs = [
            (template, suggestion.product)
            for suggestion in first
            for template in self._goes_with(suggestion.product)
        ]
        if not pairs:
            return []
        templates = self.env["product.template"].union(*(template for template, _why in pairs))
        domain = Domain("product_tmpl_id", "in", templates.ids) & self._suitable_domain(company)
        variants = self.env["product.product"].search(domain).grouped("product_tmpl_id")
        return [
            Suggestion(ALSO, variants[template][0], 1.0, False, *words.goes_with(self.env, product))
            for template, product in pairs
            if template in variants
        ]

    def _goes_with(self, product):
        """Hook: ``product.template`` that go with a product, kept by hand."""
        return product.optional_product_ids

    def _also(self, also, suitable, counts):
        result = []
        for other, why in also:
            if other in suitable:
                count, tier = counts[why, other]
                because = self.env["product.product"].browse(why)
                reasons = words.also_bought(self.env, because, count, tier)
                result.append(Suggestion(ALSO, suitable[other], 1.0, False, *reasons))
        return result

    def _looked_at(self, customer, company):
        """Hook: what the customer has looked at and not bought, which goes before what its tier
        buys.

        :return: dict product id → function from the product to a :class:`Suggestion`
        """
        return {}

    def _new_candidates(self, company, today):
        """:return: dict product id → function from the product to a :class:`Suggestion`"""
        since = fields.Datetime.to_datetime(EPOCH + timedelta(days=today - NEW_DAYS))
        domain = self._suitable_domain(company) & Domain(
            [("create_date", ">=", since), ("type", "=", "consu")]
        )
        products = self.env["product.product"].search(
            domain, order="create_date desc, id desc", limit=CANDIDATES
        )
        # After an import everything was created today.
        old = self._sold_before(products, company, since)

        def make(product):
            day = product.create_date.date()
            return Suggestion(TIER, product, 1.0, False, *words.is_new(self.env, day))

        # Of many colours one is enough.
        first = {product.product_tmpl_id: product for product in reversed(products)}
        return {p.id: make for p in products if first[p.product_tmpl_id] == p and p.id not in old}

    def _sold_before(self, products, company, moment):
        """Ids of those of some products that were ordered before a moment."""
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT l.product_id
                  FROM sale_order_line l
                  JOIN sale_order o ON o.id = l.order_id
                 WHERE l.product_id = ANY(%s) AND o.state = 'sale' AND o.company_id = %s
                   AND o.date_order < %s
                """,
                products.ids,
                company.id,
                moment,
            )
        )
        return {product for (product,) in self.env.cr.fetchall()}

    def _bestsellers(self, best, tier):
        """:param best: as :meth:`_affinities` gives them"""
        result = {}
        for product, count, tier_id in sorted(best, key=lambda row: row[2] is None):
            whose = tier if tier_id else tier.browse()
            result.setdefault(
                product,
                lambda product, count=count, whose=whose: Suggestion(
                    TIER, product, 1.0, False, *words.bestseller(self.env, count, whose)
                ),
            )
        return result

    @api.model
    def _promotions(self, partner, company):
        """Hook: what is on offer that the customer may use, as texts in the language of the
        environment."""
        return []

    # Prices

    @api.model
    def _order_vals(self, contact, company, quantities):
        """Values of the quotation of some products at the customer's prices.

        :param quantities: dict ``product.product`` → quantity
        """
        return {
            "partner_id": contact.id,
            "company_id": company.id,
            "order_line": [
                fields.Command.create({"product_id": product.id, "product_uom_qty": quantity})
                for product, quantity in quantities.items()
            ],
        }

    @api.model
    def _prices(self, contact, company, quantities):
        """What a quotation would ask for, which is not saved.

        :return: dict product id → (unit price, unit price without the tier), the currency, and
            whether taxes come on top
        """
        products = self.env["product.product"].union(*quantities)
        self._fetch_for_prices(contact, company, products)
        Orders = RULES_AT_ONCE.on(self.env["sale.order"].with_company(company), products)
        order = Orders.new(self._order_vals(contact, company, quantities))
        tier, base = order._customer_tier_base()
        prices, taxed = {}, False
        for line in order.order_line:
            unit = line.price_unit * (1 - line.discount / 100)
            before = unit
            if tier:
                here = line._customer_price_by(order.pricelist_id)[0]
                there = line._customer_price_by(base)[0]
                before = unit * there / here if here else there
            taxed |= any(not tax.price_include for tax in line.tax_ids)
            # A new record's products are new ones, too.
            prices[line.product_id._origin.id] = (unit, before)
        return prices, order.currency_id, taxed

    def _fetch_for_prices(self, contact, company, products):
        """Read at once what core would read line by line, or list by list."""
        products.product_tmpl_id.fetch(["taxes_id"])
        (contact | contact.commercial_partner_id).fetch(["child_ids"])
        Pricelists = self.env["product.pricelist"]
        Pricelists.search_fetch(Pricelists._check_company_domain(company))
