from . import customer_tier
from . import customer_tier_gather
from . import customer_tier_standing
from . import sale_order
from . import sale_order_line
from . import stock_move
