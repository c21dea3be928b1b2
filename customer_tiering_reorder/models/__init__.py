# The reminder, its steps and its channels
from . import customer_reminder

# What to buy

# When: rhythm by category

# Models of Odoo
