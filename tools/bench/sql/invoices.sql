-- %(invoices)s posted invoices of the last 400 days, due after 30 days, each with a receivable line and one of income.
-- The customers are spread as their orders are; an invoice is of the first line of the customer's last order before
-- it, unless that has one. Of a hundred invoices 91 are paid at once, 5 in two parts, 3 are settled by a credit note
-- and one is open; payments come from 20 days before to 60 days after the due date, not evenly. What would be paid
-- after today is open: about 3 %% of the customers are overdue.
SELECT setseed(%(seed)s);

CREATE TEMP TABLE bench_ledger AS
SELECT c.id AS company_id, c.currency_id, u.id AS user_id,
       (SELECT min(id) FROM account_journal WHERE type = 'sale' AND company_id = c.id) AS sale_id,
       (SELECT min(id) FROM account_journal WHERE type = 'bank' AND company_id = c.id) AS bank_id,
       (SELECT min(id) FROM account_account
         WHERE account_type = 'asset_receivable' AND code_store ? c.id::text) AS receivable_id,
       (SELECT min(id) FROM account_account
         WHERE account_type = 'income' AND code_store ? c.id::text) AS income_id,
       (SELECT min(id) FROM account_account
         WHERE account_type = 'asset_cash' AND code_store ? c.id::text) AS cash_id
  FROM (SELECT id, currency_id FROM res_company ORDER BY id LIMIT 1) AS c,
       (SELECT id FROM res_users WHERE login = 'admin') AS u;

CREATE TEMP TABLE bench_invoice_draw AS
SELECT i,
       1 + (floor(0.95 * %(customers)s * power(random(), 2))::bigint * 48271) %% %(customers)s AS customer,
       round(exp(ln(900) + sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::numeric, 2) AS amount,
       current_date - 400 + (400 * (i - 1) / %(invoices)s)::int AS day,
       random() AS fate,
       (60 * power(random(), 6) - 20 * power(random(), 3))::int AS delay
  FROM generate_series(1, %(invoices)s) AS i;

-- Ids of orders go by date, so the greatest is the last.
CREATE TEMP TABLE bench_invoiced AS
WITH happened AS (
    SELECT d.customer, b.date_order AS moment, b.id AS order_id, NULL AS i
      FROM bench_order AS b JOIN bench_draw AS d ON d.i = b.i
     UNION ALL
    SELECT customer, day, NULL, i FROM bench_invoice_draw
), last AS (
    SELECT i, max(order_id) OVER (PARTITION BY customer ORDER BY moment) AS order_id FROM happened
), first_of_order AS (
    SELECT DISTINCT ON (order_id) i, order_id FROM last WHERE i IS NOT NULL ORDER BY order_id, i
)
SELECT f.i, l.id AS order_line_id, l.price_subtotal AS amount, l.product_uom_qty AS quantity, l.product_id,
       l.product_uom_id
  FROM first_of_order AS f JOIN sale_order_line AS l ON l.order_id = f.order_id AND l.sequence = 10;
ANALYZE bench_invoiced, bench_invoice_draw;

CREATE TEMP TABLE bench_invoice AS
SELECT nextval('account_move_id_seq') AS id, nextval('account_move_line_id_seq') AS line_id,
       nextval('account_move_line_id_seq') AS income_line_id, d.i, coalesce(l.amount, d.amount) AS amount,
       l.order_line_id, coalesce(l.quantity, 1) AS quantity, l.product_id, l.product_uom_id, d.day,
       o.partner_id + d.customer AS partner_id, d.day + 30 AS due, d.day + 30 + d.delay AS paid,
       CASE WHEN d.fate < 0.91 THEN 'once' WHEN d.fate < 0.96 THEN 'twice'
            WHEN d.fate < 0.99 THEN 'credited' ELSE 'open' END AS fate
  FROM bench_invoice_draw AS d LEFT JOIN bench_invoiced AS l ON l.i = d.i, bench_offset AS o
 ORDER BY d.i;

-- One settling entry a part: a payment, or a credit note.
CREATE TEMP TABLE bench_settled AS
SELECT nextval('account_move_id_seq') AS id, nextval('account_move_line_id_seq') AS line_id,
       nextval('account_move_line_id_seq') AS other_line_id, i.id AS invoice_id, i.line_id AS invoice_line_id,
       i.order_line_id, i.quantity, i.product_id, i.product_uom_id, i.i, n, i.partner_id, i.paid + 15 * (n - 1) AS day,
       CASE i.fate WHEN 'credited' THEN 'out_refund' ELSE 'entry' END AS move_type,
       CASE WHEN i.fate <> 'twice' THEN i.amount
            WHEN n = 1 THEN round(i.amount * 0.4, 2) ELSE i.amount - round(i.amount * 0.4, 2) END AS amount
  FROM bench_invoice AS i, generate_series(1, 2) AS n
 WHERE i.fate <> 'open' AND n <= CASE i.fate WHEN 'twice' THEN 2 ELSE 1 END
   AND i.paid + 15 * (n - 1) <= current_date
 ORDER BY i.i, n;
ALTER TABLE bench_invoice ADD COLUMN residual numeric;
UPDATE bench_invoice AS i
   SET residual = i.amount - p.settled
  FROM (SELECT j.id, coalesce(sum(s.amount), 0) AS settled
          FROM bench_invoice AS j LEFT JOIN bench_settled AS s ON s.invoice_id = j.id
         GROUP BY j.id) AS p
 WHERE p.id = i.id;
ANALYZE bench_invoice, bench_settled;

INSERT INTO account_move (
    id, name, journal_id, company_id, currency_id, partner_id, commercial_partner_id, state, move_type,
    reversed_entry_id, auto_post, date, invoice_date, invoice_date_due, amount_untaxed, amount_total, amount_residual, amount_untaxed_signed,
    amount_total_signed, amount_residual_signed, payment_state, invoice_user_id, create_uid, write_uid,
    create_date, write_date
)
SELECT i.id, 'BINV/' || lpad(i.i::text, 7, '0'), l.sale_id, l.company_id, l.currency_id, i.partner_id, i.partner_id,
       'posted', 'out_invoice', NULL, 'no', i.day, i.day, i.due, i.amount, i.amount, i.residual, i.amount, i.amount,
       i.residual, CASE WHEN i.residual = 0 THEN 'paid' WHEN i.residual = i.amount THEN 'not_paid' ELSE 'partial' END,
       l.user_id, l.user_id, l.user_id, i.day, i.day
  FROM bench_invoice AS i, bench_ledger AS l
 UNION ALL
SELECT s.id, 'BSET/' || lpad(s.i::text, 7, '0') || '/' || s.n,
       CASE s.move_type WHEN 'entry' THEN l.bank_id ELSE l.sale_id END, l.company_id, l.currency_id, s.partner_id,
       s.partner_id, 'posted', s.move_type, CASE s.move_type WHEN 'out_refund' THEN s.invoice_id END, 'no', s.day,
       s.day, s.day, s.amount, s.amount, 0,
       CASE s.move_type WHEN 'out_refund' THEN -s.amount ELSE s.amount END,
       CASE s.move_type WHEN 'out_refund' THEN -s.amount ELSE s.amount END, 0,
       'paid', l.user_id, l.user_id, l.user_id, s.day, s.day
  FROM bench_settled AS s, bench_ledger AS l;

INSERT INTO account_move_line (
    id, move_id, move_name, journal_id, company_id, company_currency_id, currency_id, account_id, partner_id, name,
    parent_state, display_type, sequence, date, invoice_date, date_maturity, balance, debit, credit,
    amount_currency, amount_residual, amount_residual_currency, reconciled, quantity, price_unit, price_subtotal,
    product_id, product_uom_id, create_uid, write_uid, create_date, write_date
)
SELECT e.id, e.move_id, e.move_name, e.journal_id, l.company_id, l.currency_id, l.currency_id, e.account_id,
       e.partner_id, e.name, 'posted', e.display_type, 10, e.day, e.day, e.due, e.balance, greatest(e.balance, 0),
       greatest(-e.balance, 0), e.balance, e.residual, e.residual, e.residual = 0 AND e.account_id = l.receivable_id,
       e.quantity, abs(e.balance) / e.quantity, abs(e.balance), e.product_id, e.product_uom_id, l.user_id, l.user_id,
       e.day, e.day
  FROM bench_ledger AS l,
       LATERAL (
           SELECT i.line_id AS id, i.id AS move_id, 'BINV/' || lpad(i.i::text, 7, '0') AS move_name,
                  l.sale_id AS journal_id, l.receivable_id AS account_id, i.partner_id, 'Receivable' AS name,
                  'payment_term' AS display_type, i.day, i.due, i.amount AS balance, i.residual, 1::numeric AS quantity,
                  NULL::int AS product_id, NULL::int AS product_uom_id, i.i, 1 AS n
             FROM bench_invoice AS i
            UNION ALL
           SELECT i.income_line_id, i.id, 'BINV/' || lpad(i.i::text, 7, '0'), l.sale_id,
                  l.income_id, i.partner_id, 'Bench product', 'product', i.day, i.day, -i.amount, 0, i.quantity,
                  i.product_id, i.product_uom_id, i.i, 2
             FROM bench_invoice AS i
            UNION ALL
           SELECT s.line_id, s.id, 'BSET/' || lpad(s.i::text, 7, '0') || '/' || s.n, l.bank_id, l.receivable_id,
                  s.partner_id, 'Payment', CASE s.move_type WHEN 'out_refund' THEN 'payment_term' ELSE 'product' END,
                  s.day, s.day, -s.amount, 0, 1, NULL, NULL, s.i, 3
             FROM bench_settled AS s
            UNION ALL
           SELECT s.other_line_id, s.id, 'BSET/' || lpad(s.i::text, 7, '0') || '/' || s.n, l.bank_id,
                  CASE s.move_type WHEN 'out_refund' THEN l.income_id ELSE l.cash_id END, s.partner_id, 'Payment',
                  'product', s.day, s.day, s.amount, 0,
                  CASE s.move_type WHEN 'out_refund' THEN s.quantity ELSE 1 END,
                  CASE s.move_type WHEN 'out_refund' THEN s.product_id END,
                  CASE s.move_type WHEN 'out_refund' THEN s.product_uom_id END, s.i, 4
             FROM bench_settled AS s
       ) AS e
 ORDER BY e.day, e.i, e.n;

INSERT INTO account_partial_reconcile (
    debit_move_id, credit_move_id, debit_currency_id, credit_currency_id, company_id, max_date, amount,
    debit_amount_currency, credit_amount_currency, create_uid, write_uid, create_date, write_date
)
SELECT s.invoice_line_id, s.line_id, l.currency_id, l.currency_id, l.company_id, s.day, s.amount, s.amount, s.amount,
       l.user_id, l.user_id, s.day, s.day
  FROM bench_settled AS s, bench_ledger AS l
 ORDER BY s.i, s.n;

INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)
SELECT income_line_id, order_line_id FROM bench_invoice WHERE order_line_id IS NOT NULL
 UNION ALL
SELECT other_line_id, order_line_id FROM bench_settled
 WHERE order_line_id IS NOT NULL AND move_type = 'out_refund';
