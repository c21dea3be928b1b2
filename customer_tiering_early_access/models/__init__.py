from . import customer_tier_early
from . import customer_tier_benefit
from . import product_template
from . import sale_order
