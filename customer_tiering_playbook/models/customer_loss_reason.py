from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerLossReason(models.Model):
    """The list of reasons why customers stay away, which a win-back is given one of."""

    _name = "customer.loss.reason"
    _description = "Reason of Loss"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        WinBack = self.env["customer.win.back"].sudo()
        for reason in self:
            if WinBack.search_count([("reason_id", "=", reason.id)], limit=1):
                raise UserError(
                    self.env._(
                        "“%s” is why some customers stay away, so it cannot be deleted. Archive "
                        "it instead: it stays there and is not offered any more.",
                        reason.name,
                    )
                )
