from . import customer_tier_start
