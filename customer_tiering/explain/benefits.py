"""What a tier gives, in the one wording that screens, documents, messages and the customer's own
page share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Benefit:
    """One benefit of a tier, in the reader's language.

    :param value: what it comes to where that is set elsewhere, such as “10 %”; else empty
    :param title: name and value as one phrase
    """

    id: int
    kind: str
    icon: str
    name: str
    value: str
    title: str
    text: str


class Personal:
    """What a customer reads of its own, looked up once, and only where somebody asks."""

    def __init__(self, customer, company):
        self._asked = customer.sudo(), company
        self._found = None

    def __getitem__(self, name):
        if self._found is None:
            customer, company = self._asked
            # sudo: whoever is told the benefits of a customer is told these, too.
            people = customer.env["customer.tier.responsible"]
            self._found = people._personal(customer, company.sudo())
        return self._found[name]


def of_tier(tier, place=None, customer=None, order=None, personal=None):
    """The benefits of a tier in their order. Those whose truth is set elsewhere, such as the
    discount, are left out where it is not so, for this customer or on this order.

    :param tier: ``customer.tier``, which the reader may know of: its benefits are read with all
        rights
    :param place: ``on_quotation`` or ``on_portal``: only those for this place
    :param customer: ``res.partner``; without one, what holds for the tier
    :param order: ``sale.order`` that it is told about
    :param personal: :class:`Personal` of the customer, where the caller has it
    :return: list of ``Benefit``
    """
    records = tier.env["customer.tier.benefit"].browse(tier._benefit_ids(place) if tier else ())
    if not records:
        return []
    customer = customer if customer is not None else tier.env["res.partner"]
    order = order if order is not None else tier.env["sale.order"]
    records, known = records.sudo(), tier.sudo()
    personal = personal or Personal(customer, known.company_id)
    facts = {
        kind: known._benefit_fact(kind, customer.sudo(), order.sudo(), personal)
        for kind in set(records.mapped("kind"))
    }
    values = (
        record._fact(facts[record.kind], known, customer.sudo(), order.sudo()) for record in records
    )
    pairs = zip(records, values, strict=True)
    return [told for record, value in pairs if (told := _told(record, value))]


def _told(record, value):
    """One ``Benefit``, or None where it is not so.

    :param value: see ``customer.tier._benefit_fact``
    """
    if value == "":
        return None
    title = record.name
    if value:
        title = record.env._("%(benefit)s: %(value)s", benefit=record.name, value=value)
    icon, text = record.icon or "", record.description or ""
    return Benefit(record.id, record.kind, icon, record.name, value or "", title, text)


def listed(env, benefits, plain=False):
    """Benefits as HTML.

    :param plain: without icons, for paper and e-mails, whose fonts may lack them
    """
    if not benefits:
        return False
    values = {"benefits": benefits, "plain": plain}
    return env["ir.qweb"]._render("customer_tiering.benefit_list", values)


def short(benefits):
    """Benefits as one line."""
    return " · ".join(f"{told.icon} {told.title}".strip() for told in benefits)
