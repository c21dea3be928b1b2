# What was bought before
from . import customer_past_order

# Where grading and explanations ask for it
from . import customer_tier_gather
from . import customer_tier_standing
