# What a rule offers, and to whom.
from . import customer_reminder_rule_step
from . import customer_reminder_rule

# What one customer was offered, and what came of all of it.
from . import customer_reminder
from . import customer_reminder_step
from . import customer_reminder_effect

# What is on offer beside it.
from . import customer_product_suggestion

# Core models.
from . import loyalty_card
from . import sale_order
from . import ir_module_module
