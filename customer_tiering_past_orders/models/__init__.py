# What comes in from another system
from . import customer_past_row
from . import customer_past_order
from . import customer_tier_opening

# Where grading and explanations ask for it
from . import customer_tier_gather
from . import customer_tier_standing
