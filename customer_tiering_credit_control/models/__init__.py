# The credit table of a programme, and what it proposes to customers
from . import customer_credit_rule
from . import customer_credit_change
from . import customer_tier
from . import customer_tier_program
from . import customer_tier_standing

# Credit beyond the limit, for a time
from . import customer_credit_approval

# Where the limit is shown and checked
from . import ir_ui_menu
from . import res_company
from . import res_config_settings
from . import res_partner
from . import customer_credit_debtor
from . import sale_order
from . import sale_order_line
from . import payment_transaction
from . import account_move
from . import account_move_line
