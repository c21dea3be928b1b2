from . import base_partner_merge
from . import customer_tier_ahp
from . import customer_tier_ahp_pair
from . import customer_tier_start
