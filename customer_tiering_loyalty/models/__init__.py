from . import customer_tier_gather
from . import loyalty_card
from . import loyalty_program
from . import sale_order
