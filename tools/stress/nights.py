"""What happens between two nights: orders come and go, the same for the same seed and night."""

from tools.bench import database

# Of a thousand customers: who orders, and whose last order is cancelled.
BUYERS, CANCELLERS = 40, 25
DRAW = """
    CREATE TEMP TABLE night ON COMMIT DROP AS
    SELECT p.id AS partner_id,
           ('x' || substr(md5(p.id || ' ' || %(seed)s || ' ' || %(night)s), 1, 7))::bit(28)::int
               %% 1000 AS draw
      FROM res_partner p
     WHERE p.name LIKE 'Customer %%' AND p.commercial_partner_id = p.id
"""
ORDER = """
    INSERT INTO sale_order (
        name, company_id, partner_id, partner_invoice_id, partner_shipping_id, currency_id,
        currency_rate, state, date_order, amount_untaxed, amount_tax, amount_total,
        invoice_status, user_id, create_uid, write_uid, create_date, write_date)
    SELECT 'N' || %(night)s || '/' || n.partner_id, o.company_id, n.partner_id, n.partner_id,
           n.partner_id, o.currency_id, 1, 'sale', date_trunc('day', now() AT TIME ZONE 'UTC'),
           500 * (1 + n.draw %% 40), 0, 500 * (1 + n.draw %% 40), 'no', o.user_id, o.user_id,
           o.user_id, now(), now()
      FROM night n,
           (SELECT company_id, currency_id, user_id FROM sale_order ORDER BY id LIMIT 1) o
     WHERE n.draw < %(buyers)s
"""
CANCEL = """
    UPDATE sale_order SET state = 'cancel'
     WHERE id IN (
        SELECT (SELECT o.id FROM sale_order o
                 WHERE o.partner_id = n.partner_id AND o.state = 'sale'
                 ORDER BY o.date_order DESC, o.amount_total DESC, o.name LIMIT 1)
          FROM night n WHERE n.draw >= 1000 - %(cancellers)s)
"""
# Of these customers half are waiting, the others are found out at night.
QUEUE = """
    INSERT INTO customer_tier_stale (partner_id, company_id)
    SELECT n.partner_id, c.id FROM night n, (SELECT min(id) AS id FROM res_company) c
     WHERE (n.draw < %(buyers)s OR n.draw >= 1000 - %(cancellers)s) AND n.draw %% 2 = 0
"""


def pass_by(name, seed, night, *statements):
    """Let the day before night number ``night`` happen, and ``statements`` with it."""
    numbers = {"seed": seed, "night": night, "buyers": BUYERS, "cancellers": CANCELLERS}
    with database.connect(name) as connection, connection.cursor() as cursor:
        for statement in (DRAW, ORDER, CANCEL, QUEUE) if night else ():
            cursor.execute(statement, numbers)
        for statement in statements:
            cursor.execute(statement)
