"""What an order comes to, and what of it the customer has got, line by line.

Pieces and prices are asked, not what the core has stored of a line, which stays as it was when the
product is invoiced in another way from now on. Orders are read with all rights; amounts are in
their currency, with taxes.
"""


def total(order):
    """What is owed once everything is delivered and has come back that is to come back; more, where
    more than that was delivered."""
    beyond = sum(_price(line) * (_agreed(line) - line.product_uom_qty) for line in order.order_line)
    return max(order.amount_total + beyond, given(order))


def given(order):
    """What the customer has got, less what has come back."""
    return sum(_price(line) * _got(line) for line in order.order_line)


def not_invoiced_yet(order, recent):
    """What is still to be invoiced.

    :param recent: whether what is still to be delivered counts
    """
    agreed = sum(
        _rest(line, _agreed(line) if recent or not _by_delivery(line) else _got(line))
        for line in order.order_line
    )
    # What is promised to come back makes nothing smaller that has left.
    return max(agreed, sum(_rest(line, _got(line)) for line in order.order_line))


def not_delivered(order):
    """What is still to be delivered before it can be invoiced."""
    return sum(
        # Both quantities of what goes back to us are negative.
        line.price_total * max(1 - line.qty_delivered / line.product_uom_qty, 0.0)
        for line in order.order_line
        if line.product_uom_qty and _by_delivery(line)
    )


def not_invoiced(order):
    """What the customer has got without an invoice."""
    return sum(
        _price(line) * (line.qty_delivered - line.qty_invoiced_posted)
        for line in order.order_line
        if line.qty_delivered > line.qty_invoiced_posted
    )


def _agreed(line):
    """Pieces that are owed in the end."""
    ordered, done = line.product_uom_qty, line.qty_delivered
    if _price(line) <= 0:
        return ordered
    if ordered < 0:
        return max(done, 0.0) or ordered
    return max(ordered, done) if _by_delivery(line) else ordered


def _got(line):
    """Pieces that the customer has."""
    ordered, done = line.product_uom_qty, line.qty_delivered
    if _price(line) <= 0:
        # Discounts are given with whatever else is.
        return ordered
    if ordered < 0:
        return max(done, ordered)
    return max(done, 0.0) if _by_delivery(line) else min(max(done, 0.0), ordered)


def _rest(line, pieces):
    """What is left to invoice of so many pieces. More pieces on an invoice make nothing else
    smaller: they are owed there."""
    rest = _price(line) * (pieces - line.qty_invoiced_posted)
    return min(rest, 0.0) if _price(line) * pieces < 0 else max(rest, 0.0)


def _by_delivery(line):
    return line.product_id.invoice_policy == "delivery"


def _price(line):
    """Of a piece, with taxes; without them where none was ordered, as they are not known then."""
    if line.product_uom_qty:
        return line.price_total / line.product_uom_qty
    return line.price_unit * (1 - line.discount / 100)
