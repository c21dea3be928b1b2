# The reminder, its steps and its channels
from . import customer_reminder

# What to buy
from . import customer_product_affinity
from . import customer_product_suggestion

# When: rhythm by category

# Models of Odoo
from . import mail_activity
from . import product_pricelist
from . import res_company
from . import res_config_settings
from . import res_partner
from . import sale_order
