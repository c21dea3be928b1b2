-- %(orders)s confirmed orders in the order in which a live database receives them: by date, over three years.
-- The square of a uniform number spreads them over the customers: 1 %% of these place a tenth of the orders,
-- half of them place less than a third. One customer in twenty never buys. Amounts are lognormal
-- (median 900, mean 1,480).
SELECT setseed(%(seed)s);

CREATE TEMP TABLE bench_draw AS
SELECT i,
       1 + (floor(0.95 * %(customers)s * power(random(), 2))::bigint * 48271) %% %(customers)s AS customer,
       random() < 0.5 AS by_contact,
       round(exp(ln(900) + sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::numeric, 2) AS amount,
       date_trunc('day', now() AT TIME ZONE 'UTC')
           - interval '1096 days' * (1 - (i - random()) / %(orders)s) AS date_order
  FROM generate_series(1, %(orders)s) AS i;

CREATE TEMP TABLE bench_order AS
SELECT nextval('sale_order_id_seq') AS id, d.amount, d.date_order, d.i,
       CASE WHEN d.by_contact AND d.customer %% 5 = 0
            THEN o.partner_id + %(customers)s + d.customer / 5
            ELSE o.partner_id + d.customer END AS partner_id
  FROM bench_draw AS d, bench_offset AS o
 ORDER BY d.i;
ANALYZE bench_order;

INSERT INTO sale_order (
    id, name, company_id, partner_id, partner_invoice_id, partner_shipping_id, currency_id, currency_rate, state,
    date_order, amount_untaxed, amount_tax, amount_total, invoice_status, locked, require_signature,
    require_payment, prepayment_percent, user_id, create_uid, write_uid, create_date, write_date
)
SELECT b.id, 'B' || lpad(b.i::text, 8, '0'), c.id, b.partner_id, b.partner_id, b.partner_id, c.currency_id, 1,
       'sale', b.date_order, b.amount, 0, b.amount, 'no', FALSE, FALSE, FALSE, 1,
       u.id, u.id, u.id, b.date_order, b.date_order
  FROM bench_order AS b,
       (SELECT id, currency_id FROM res_company ORDER BY id LIMIT 1) AS c,
       (SELECT id FROM res_users WHERE login = 'admin') AS u
 ORDER BY b.i;
