"""The tests below this folder need neither Odoo nor a database."""

import sys

# What is tested here must work where Odoo is not even installed. (A plugin of pytest may have
# loaded Odoo before; then it stays.)
sys.modules.setdefault("odoo", None)
