"""What was delivered of an order: beyond what was ordered, and without an invoice so far.

Orders are read with all rights; amounts are in their currency.
"""


def beyond(order):
    """What was delivered beyond the order, of goods that are invoiced by what was delivered: it is
    owed like what was ordered."""
    return sum(
        _price(line) * (line.qty_delivered - line.product_uom_qty)
        for line in _by_delivery(order)
        if line.qty_delivered > line.product_uom_qty >= 0
    )


def never_ordered(order):
    """What is still to be invoiced of lines that nothing was ordered of, which the core leaves
    out."""
    return sum(
        _price(line) * (line.qty_delivered - line.qty_invoiced_posted)
        for line in _by_delivery(order)
        if not line.product_uom_qty
    )


def not_delivered(order):
    """What is still to be delivered before it can be invoiced."""
    return sum(
        # Both quantities of what goes back to us are negative.
        line.price_total * max(1 - line.qty_delivered / line.product_uom_qty, 0.0)
        for line in _by_delivery(order)
        if line.product_uom_qty
    )


def not_invoiced(order):
    """What the customer has got without an invoice."""
    return sum(
        _price(line) * (line.qty_delivered - line.qty_invoiced_posted)
        for line in order.order_line
        if line.qty_delivered > line.qty_invoiced_posted
    )


def _by_delivery(order):
    return order.order_line.filtered(lambda line: line.product_id.invoice_policy == "delivery")


def _price(line):
    """Of a piece, with taxes; without them where none was ordered, as they are not known then."""
    if line.product_uom_qty:
        return line.price_total / line.product_uom_qty
    return line.price_unit * (1 - line.discount / 100)
