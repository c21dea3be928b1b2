"""Fields of figures that grading counts over the months of the metric of the same name."""

from odoo import fields

from .explain import period


class Counted:
    """The label says of what time the figure is, wherever the field is shown."""

    def _description_string(self, env):
        return period.label(env, self.name) or super()._description_string(env)


class CountedInteger(Counted, fields.Integer):
    pass


class CountedMonetary(Counted, fields.Monetary):
    pass
