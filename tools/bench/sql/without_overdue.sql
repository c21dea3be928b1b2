-- What is open is due in a year.
UPDATE account_move_line SET date_maturity = current_date + 365
 WHERE display_type = 'payment_term' AND amount_residual > 0;
