from . import customer_tier_ahp
from . import customer_tier_ahp_pair
