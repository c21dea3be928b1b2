# The reminder, its steps and its channels

# What to buy

# When: rhythm by category
from . import customer_category_cycle
from . import customer_purchase_rhythm
from . import customer_purchase_demand
from . import customer_reminder_trigger

# Models of Odoo
from . import customer_tier_run
from . import product_category
from . import product_template
from . import res_company
from . import res_partner
