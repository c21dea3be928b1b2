# Gradings
from . import customer_tier_gather
from . import customer_tier_standing

# Priority
from . import customer_tier
from . import res_company
from . import res_config_settings
from . import stock_picking_type

# Orders and what delivers them
from . import sale_order
from . import sale_order_line
from . import stock_move
