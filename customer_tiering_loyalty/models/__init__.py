from . import customer_tier_gather
