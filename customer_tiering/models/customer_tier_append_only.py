from odoo import api, models
from odoo.exceptions import AccessError

from ..switches import PrivateSwitch

# Unlike rights, and unlike the superuser whom scheduled actions and automations act as.
SYSTEM = PrivateSwitch("customer_tier_system")


def by_system(records):
    """These records for the code that may write them."""
    return SYSTEM.on(records.sudo())


def is_system(env):
    """Whether it is code of this addon that writes."""
    return SYSTEM.is_on(env)


class CustomerTierAppendOnly(models.AbstractModel):
    """Records that prove something, and so are written by the code of this addon alone: not by
    administrators who give themselves the right, nor by what they let the system do for them.
    """

    _name = "customer.tier.append.only"
    _description = "Records Written by the System Only"

    def _by_system(self):
        """These records for the code that may write them."""
        return by_system(self)

    def _check_system(self):
        if not is_system(self.env):
            raise AccessError(
                self.env._(
                    "“%s” is written by the system only. What was recorded can be neither changed "
                    "nor deleted.",
                    self.env["ir.model"]._get(self._name).name,
                )
            )

    # What the calls below lead to is not the addon's own doing any more: it has the switch off.

    @api.model_create_multi
    def create(self, vals_list):
        self._check_system()
        return super(CustomerTierAppendOnly, SYSTEM.off(self)).create(vals_list).with_env(self.env)

    def write(self, vals):
        self._check_system()
        return super(CustomerTierAppendOnly, SYSTEM.off(self)).write(vals)

    def unlink(self):
        self._check_system()
        return super(CustomerTierAppendOnly, SYSTEM.off(self)).unlink()
