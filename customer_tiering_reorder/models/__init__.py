# The reminder, its steps and its channels
from . import customer_contact_policy
from . import customer_contact_preference
from . import customer_reminder_rule_step
from . import customer_reminder_rule
from . import customer_reminder_step

# What they bring
from . import customer_reminder_report
from . import customer_reminder_effect

# What to buy

# When: rhythm by category

# Models of Odoo
from . import customer_tier_standing
from . import res_users
