from odoo import api, models
from odoo.exceptions import AccessError

from ..switches import Permission

# Unlike rights, and unlike the superuser whom scheduled actions and automations act as.
SYSTEM = Permission("customer_tier_system")


def by_system(records):
    """These records for one call by the code that may write them."""
    return SYSTEM.on(records.sudo())


def take_system(records):
    """Whether it is code of this addon that writes, and the records for going on: with them,
    nobody else is.

    What a call leads to is not the addon's own doing. Automations begin around it and end after it,
    so that a permission which lasted as long as the call would be theirs.
    """
    return SYSTEM.take(records)


class CustomerTierAppendOnly(models.AbstractModel):
    """Records that prove something, and so are written by the code of this addon alone: not by
    administrators who give themselves the right, nor by what they let the system do for them.
    """

    _name = "customer.tier.append.only"
    _description = "Records Written by the System Only"

    def _by_system(self):
        """These records for one call by the code that may write them."""
        return by_system(self)

    def _permitted(self):
        """These records, where it is the system that calls.

        :raise AccessError: where it is not
        """
        by_system, records = take_system(self)
        if not by_system:
            raise AccessError(
                self.env._(
                    "“%s” is written by the system only. What was recorded can be neither changed "
                    "nor deleted.",
                    self.env["ir.model"]._get(self._name).name,
                )
            )
        return records

    @api.model_create_multi
    def create(self, vals_list):
        return super(CustomerTierAppendOnly, self._permitted()).create(vals_list)

    def write(self, vals):
        return super(CustomerTierAppendOnly, self._permitted()).write(vals)

    def unlink(self):
        return super(CustomerTierAppendOnly, self._permitted()).unlink()
