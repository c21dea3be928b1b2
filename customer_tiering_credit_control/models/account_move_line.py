from odoo import models

from ..figures import limits_of_user


class AccountMoveLine(models.Model):
    """Lines of invoices, which say of orders that they are invoiced."""

    _inherit = "account.move.line"

    def write(self, vals):
        if "sale_line_ids" not in vals or self.env.su or not limits_of_user(self.env):
            return super().write(vals)
        # Invoices are made with their links; what is looked at are those that come later.
        before = {line: line.sudo().sale_line_ids for line in self.sudo()}
        result = super().write(vals)
        for line, known in before.items():
            for sold in line.sale_line_ids - known:
                sold._customer_credit_check_links(line)
        return result
