-- Shipping and discounts are the lines behind the first two of an order.
DELETE FROM sale_order_line WHERE sequence > 20;
