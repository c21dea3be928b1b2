# The reminder, its steps and its channels
from . import customer_contact_policy
from . import customer_contact_preference
from . import customer_reminder_rule_step
from . import customer_reminder_trigger
from . import customer_reminder_rule
from . import customer_reminder_step
from . import customer_reminder
from . import customer_agenda

# What they bring
from . import customer_reminder_report
from . import customer_reminder_effect

# What to buy
from . import customer_product_affinity
from . import customer_product_suggestion

# When: rhythm by category
from . import customer_category_cycle
from . import customer_purchase_rhythm
from . import customer_purchase_demand

# Models of Odoo
from . import customer_tier_run
from . import product_category
from . import product_template
from . import mail_activity
from . import product_pricelist
from . import res_company
from . import res_partner
from . import res_config_settings
from . import sale_order
from . import customer_tier_standing
from . import res_users
from . import ir_module_module
