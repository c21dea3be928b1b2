from . import customer_tier
from . import customer_tier_benefit
from . import customer_tier_day
from . import customer_tier_gather
from . import loyalty_card
from . import loyalty_program
from . import loyalty_reward
from . import sale_order
