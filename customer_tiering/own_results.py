"""What the customer filter of a programme must not ask for: what grading finds out.

A filter that looks at the result of the grading that it is for takes customers in and out in turns:
who is Gold is left out, has no tier then, and is taken in again the next night.
"""

import ast

from odoo.exceptions import ValidationError
from odoo.fields import Domain

# More than anybody edits; the database gives up at some thousands.
MOST_CONDITIONS = 1000
# What gradings write and what follows from them.
RESULTS = {
    "customer.tier.change",
    "customer.tier.event",
    "customer.tier.proposal",
    "customer.tier.standing",
}


def refuse_long(program):
    """Refuse a filter that the database would not read to its end."""
    count = len(ast.literal_eval((program.domain or "[]").strip()))
    if count > MOST_CONDITIONS:
        raise ValidationError(
            program.env._(
                "it has %(count)s parts, and at most %(most)s are read",
                count=count,
                most=MOST_CONDITIONS,
            )
        )


def refuse_results(program, partners):
    """Refuse a filter that looks at what the programme makes of its customers.

    :param partners: ``res.partner`` with all rights
    """
    if results := result_fields(program._partner_domain(), partners):
        raise ValidationError(
            program.env._(
                "The customer filter of programme “%(program)s” asks for “%(field)s”, which the "
                "grading itself finds out: customers would be in the programme one night and out "
                "of it the next. Choose something that does not follow from grades, such as a "
                "tag, a country or a salesperson.",
                program=program.name,
                field=results[0],
            )
        )


def result_fields(domain, model):
    """The fields of a filter that hold results of gradings, also through relations.

    :param domain: ``Domain`` on records of the model
    :return: list of paths, as the filter has them
    """
    found = []
    for condition in domain.iter_conditions():
        comodel = _walk(condition.field_expr, model, found)
        nested = condition.operator.rstrip("!").endswith("any")
        if nested and comodel is not None and isinstance(condition.value, Domain | list | tuple):
            found += result_fields(Domain(condition.value), comodel)
    return found


def _walk(path, model, found):
    """Follow a path; add it to what was found where it comes by a result.

    :return: the model that it leads to, None where it leads to a value or nowhere
    """
    for name in path.split("."):
        field = model._fields.get(name) if model is not None else None
        if field is None:
            return None
        if _is_result(field, model):
            found.append(path)
            return None
        model = model.env[field.comodel_name] if field.relational else None
    return model


def _is_result(field, model):
    models = [model, model.env[field.comodel_name]] if field.relational else [model]
    if any(_holds_results(some) for some in models):
        return True
    ours = (field._modules or ("",))[0].startswith("customer_tiering")
    # On models of core, what we compute follows from grades.
    return (
        ours and bool(field.compute) and not field.store and not model._name.startswith("customer.")
    )


def _holds_results(model):
    """Models of other addons say so by ``_customer_tier_result = True`` on their class."""
    return model._name in RESULTS or getattr(model, "_customer_tier_result", False)
