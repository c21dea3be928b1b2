-- %(products)s products, over the categories that exist.
WITH template AS (
    INSERT INTO product_template (
        name, type, service_tracking, categ_id, uom_id, list_price, sale_ok, purchase_ok, active, service_type,
        expense_policy, invoice_policy, default_code, sequence, create_uid, write_uid, create_date, write_date
    )
    SELECT jsonb_build_object('en_US', 'Bench product ' || i), 'consu', 'no',
           (ARRAY(SELECT id FROM product_category ORDER BY id))[1 + i %% (SELECT count(*) FROM product_category)],
           (SELECT min(id) FROM uom_uom), 10 + i, TRUE, TRUE, TRUE, 'manual',
           'no', 'order', 'BENCH-' || i, 1, 1, 1, now(), now()
      FROM generate_series(1, %(products)s) AS i
    RETURNING id, default_code
)
INSERT INTO product_product (
    product_tmpl_id, default_code, combination_indices, active, create_uid, write_uid, create_date, write_date
)
SELECT id, default_code, '', TRUE, 1, 1, now(), now() FROM template ORDER BY id;
