from odoo import fields, models
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES

from .. import reminder_triggers


class CustomerReminderTrigger(models.AbstractModel):
    """For reminder rules: what they go by. A rule that inherits it asks ``_trigger_sql`` before it
    looks at the customer's next order."""

    _name = "customer.reminder.trigger"
    _description = "What a Reminder Rule Goes By"

    trigger = fields.Selection(
        reminder_triggers.TRIGGERS,
        string="Reminds Of",
        required=True,
        default=reminder_triggers.CUSTOMER,
        help="“Days after that” count from the day on which it became so: a category was expected "
        "or late, was bought no longer, the stage was entered, the quotation sent, the prospect "
        "entered. The customer's next order goes by “Remind when”.",
    )
    trigger_category_ids = fields.Many2many(
        "product.category",
        string="Categories",
        help="Only these categories and those below them; empty: all that are watched.",
    )
    trigger_stage = fields.Selection(
        STAGES,
        string="Stage",
        help="Only customers in this stage, or who have entered it where that is what the rule "
        "reminds of; empty: any.",
    )

    def _trigger_sql(self, earliest, latest):
        """Whose day it is, as a condition on standing ``s`` and contact ``p``; ``None`` where the
        rule goes by the customer's next order.

        :param earliest, latest: days on which the reason of the rule may have begun
        """
        self.ensure_one()
        if self.trigger == reminder_triggers.CUSTOMER:
            return None
        return reminder_triggers.condition(
            self.env,
            self.trigger,
            earliest,
            latest,
            self.trigger_category_ids.ids,
            [self.trigger_stage] if self.trigger_stage else [],
        )
