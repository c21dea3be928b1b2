from . import customer_tier_event
from . import customer_tier_metric
from . import customer_tier_program
from . import customer_tier_page
