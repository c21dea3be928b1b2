"""By which number customers are called."""

from odoo.addons.customer_tiering import main_contacts
from odoo.tools import SQL


def phones_of(customers, company):
    """The customers' own numbers; of those who have none, that of the contact who placed most of
    the last orders of those with one, else of the first contact with one.

    :param customers: ``res.partner`` that the reader may know, commercial partners
    :param company: ``res.company`` of the orders
    :return: dict ``res.partner`` → text or False
    """
    # Whoever has the customer on the list calls its people.
    customers = customers.sudo()
    phones = {customer: customer.phone for customer in customers}
    mute = [customer.id for customer, phone in phones.items() if not phone]
    if mute:
        env = customers.env
        env["res.partner"].flush_model(["active", "commercial_partner_id", "phone"])
        query = SQL(
            """
            SELECT DISTINCT ON (p.commercial_partner_id) p.commercial_partner_id, p.phone
              FROM res_partner p
         LEFT JOIN (%(orders)s) o ON o.partner = p.id
             WHERE p.commercial_partner_id = ANY(%(mute)s) AND p.active AND p.phone <> ''
             ORDER BY p.commercial_partner_id, o.orders DESC NULLS LAST, o.last DESC NULLS LAST,
                      p.type <> 'contact', p.id
            """,
            orders=main_contacts.by_orders(company, "phone", mute),
            mute=mute,
        )
        found = dict(env.execute_query(query))
        phones |= {customers.browse(id_): phone for id_, phone in found.items()}
    return {customer.sudo(False): phone for customer, phone in phones.items()}
