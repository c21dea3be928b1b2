-- %(customers)s companies, each fifth with one contact that places orders for it, all known since before the first
-- order.
CREATE TEMP TABLE bench_offset AS SELECT max(id) AS partner_id FROM res_partner;

INSERT INTO res_partner (
    id, name, complete_name, type, is_company, active, partner_share, lang, tz, email, email_normalized,
    country_id, city, commercial_partner_id, commercial_company_name, autopost_bills, color, message_bounce,
    customer_rank, supplier_rank, create_uid, write_uid, create_date, write_date
)
SELECT o.partner_id + i, 'Customer ' || i, 'Customer ' || i, 'contact', TRUE, TRUE, TRUE, 'en_US', 'UTC',
       'customer' || i || '@example.com', 'customer' || i || '@example.com',
       (ARRAY(SELECT id FROM res_country ORDER BY code LIMIT 40))[1 + i %% 40], 'City ' || i %% 500,
       o.partner_id + i, 'Customer ' || i, 'ask', 0, 0, 1, 0, 1, 1, now() - interval '1100 days', now()
  FROM generate_series(1, %(customers)s) AS i, bench_offset AS o;

INSERT INTO res_partner (
    id, name, complete_name, type, is_company, active, partner_share, lang, tz, parent_id,
    commercial_partner_id, commercial_company_name, autopost_bills, color, message_bounce,
    customer_rank, supplier_rank, create_uid, write_uid, create_date, write_date
)
SELECT o.partner_id + %(customers)s + i / 5, 'Buyer ' || i, 'Customer ' || i || ', Buyer ' || i, 'contact',
       FALSE, TRUE, TRUE, 'en_US', 'UTC', o.partner_id + i,
       o.partner_id + i, 'Customer ' || i, 'ask', 0, 0, 0, 0, 1, 1, now() - interval '1100 days', now()
  FROM generate_series(5, %(customers)s, 5) AS i, bench_offset AS o;

SELECT setval('res_partner_id_seq', max(id)) FROM res_partner;
