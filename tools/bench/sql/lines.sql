-- Two lines per order, 60 %% and 40 %% of its amount; in each tenth order also shipping and a discount of as much,
-- which are money and no pieces.
WITH product AS (
    SELECT array_agg(p.id ORDER BY p.id) AS ids, min(t.uom_id) AS uom_id
      FROM product_product AS p JOIN product_template AS t ON t.id = p.product_tmpl_id
     WHERE p.default_code LIKE 'BENCH-%%'
), split AS (
    SELECT b.*, n, CASE WHEN n > 2 THEN 1 ELSE 1 + (b.i * n) %% 20 END AS quantity,
           CASE n WHEN 1 THEN round(b.amount * 0.6, 2) WHEN 2 THEN b.amount - round(b.amount * 0.6, 2)
                  WHEN 3 THEN round(b.amount * 0.05, 2) ELSE -round(b.amount * 0.05, 2) END AS subtotal
      FROM bench_order AS b, generate_series(1, CASE WHEN b.i %% 10 = 0 THEN 4 ELSE 2 END) AS n
)
INSERT INTO sale_order_line (
    order_id, sequence, company_id, currency_id, order_partner_id, salesman_id, product_id, product_uom_id, state,
    name, product_uom_qty, price_unit, technical_price_unit, discount, price_subtotal, price_total, price_tax,
    price_reduce_taxexcl, price_reduce_taxinc, qty_delivered, qty_delivered_method, qty_invoiced, qty_to_invoice,
    untaxed_amount_invoiced, untaxed_amount_to_invoice, invoice_status, customer_lead, collapse_prices,
    collapse_composition, create_uid, write_uid, create_date, write_date
)
SELECT s.id, 10 * s.n, c.id, c.currency_id, s.partner_id, u.id,
       p.ids[1 + (s.i * 7 + s.n) %% cardinality(p.ids)], p.uom_id, 'sale',
       'Bench product', s.quantity, s.subtotal / s.quantity, s.subtotal / s.quantity, 0, s.subtotal, s.subtotal, 0,
       s.subtotal / s.quantity, s.subtotal / s.quantity, 0, 'manual', 0, s.quantity,
       0, s.subtotal, 'no', 0, FALSE,
       FALSE, u.id, u.id, s.date_order, s.date_order
  FROM split AS s, product AS p,
       (SELECT id, currency_id FROM res_company ORDER BY id LIMIT 1) AS c,
       (SELECT id FROM res_users WHERE login = 'admin') AS u
 ORDER BY s.i, s.n;
