"""Figures of orders that Odoo computes and stores, and that what a customer owes goes by.

The ORM lets whoever may write a record write these as well: no client does, but a call can.
"""

from odoo.exceptions import AccessError


def limits_of_user(env):
    """Companies of the user that do something about credit limits; sudo."""
    companies = env.user.sudo().company_ids
    return companies.filtered(lambda company: company._customer_credit_looks())


def refuse_figures(records, vals, figures):
    """Raise where somebody writes a figure by hand that is computed.

    :param records: what is written, empty for something new
    :param figures: set of names of fields
    """
    named = vals.keys() & figures
    if not named or records.env.su or not limits_of_user(records.env):
        return
    for name in sorted(named):
        # Some clients send back what they have read.
        if not records or any(_differs(record, name, vals[name]) for record in records):
            raise AccessError(
                records.env._(
                    "“%s” is computed from other fields, and what customers owe goes by it. Leave "
                    "it out.",
                    records._fields[name]._description_string(records.env),
                )
            )


def without_default_figures(records, names):
    """These records without such values among the defaults of the context: these count as typed,
    and no client sends them."""
    context = records.env.context
    odd = {f"default_{name}" for name in names} & context.keys()
    if not odd or records.env.su:
        return records
    kept = {key: value for key, value in context.items() if key not in odd}
    # A key is to go, which adding some cannot do.
    return records.with_context(kept)  # pylint: disable=context-overridden


def refuse_payments(records, vals, name):
    """Raise where somebody links payments to orders: what is paid for is confirmed beyond limits.

    :param records: what is written, empty for something new
    :param name: of the field with the links
    """
    if name in vals and vals[name] and not records.env.su and limits_of_user(records.env):
        raise AccessError(
            records.env._(
                "Payments belong to the orders that they are made for. Have it paid with the link "
                "of the order, or register the payment in Accounting."
            )
        )


def _differs(record, name, value):
    known = record[name]
    if record._fields[name].type == "many2one":
        known = known.id
    return (known or False) != (value or False)
