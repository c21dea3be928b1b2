-- Credit notes become payments, which belong to no order.
DELETE FROM sale_order_line_invoice_rel
 WHERE invoice_line_id IN (SELECT l.id FROM account_move_line AS l JOIN account_move AS m ON m.id = l.move_id
                            WHERE m.move_type = 'out_refund');
UPDATE account_move SET move_type = 'entry', reversed_entry_id = NULL WHERE move_type = 'out_refund';
