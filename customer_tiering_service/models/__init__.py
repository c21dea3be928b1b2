# Rules
from . import customer_tier_service
from . import customer_tier_service_member

# Who was given to whom
from . import customer_tier_care
from . import customer_tier_care_change

# Where it counts
from . import customer_tier_responsible
from . import customer_tier_run
from . import customer_tier_event
from . import customer_tier
from . import customer_tier_program

# Core models
from . import ir_module_module
from . import res_company
from . import res_partner
from . import res_users
from . import sale_order
from . import account_move
