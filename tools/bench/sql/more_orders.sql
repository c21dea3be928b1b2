-- One more order today for one customer in a hundred.
SELECT setseed(%(seed)s);

INSERT INTO sale_order (
    name, company_id, partner_id, partner_invoice_id, partner_shipping_id, currency_id, currency_rate, state,
    date_order, amount_untaxed, amount_tax, amount_total, invoice_status, locked, require_signature,
    require_payment, prepayment_percent, user_id, create_uid, write_uid, create_date, write_date
)
SELECT 'M' || p.id, c.id, p.id, p.id, p.id, c.currency_id, 1,
       'sale', now() AT TIME ZONE 'UTC', m.amount, 0, m.amount, 'no', FALSE, FALSE,
       FALSE, 1, u.id, u.id, u.id, now(), now()
  FROM (SELECT id, round((100 + 4000 * random())::numeric, 2) AS amount
          FROM res_partner
         WHERE customer_rank > 0 AND id %% 100 = 7
         ORDER BY id) AS m
  JOIN res_partner AS p ON p.id = m.id,
       (SELECT id, currency_id FROM res_company ORDER BY id LIMIT 1) AS c,
       (SELECT id FROM res_users WHERE login = 'admin') AS u;

-- Whoever confirms orders puts their customers into the queue.
INSERT INTO customer_tier_stale (partner_id, company_id)
SELECT p.id, c.id
  FROM res_partner AS p, (SELECT id FROM res_company ORDER BY id LIMIT 1) AS c
 WHERE p.customer_rank > 0 AND p.id %% 100 = 7;
