# The reminder, its steps and its channels

# What to buy

# When: rhythm by category

# Models of Odoo
