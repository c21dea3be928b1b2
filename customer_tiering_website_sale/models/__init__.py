from . import customer_tier
from . import product_feed
from . import product_pricelist
from . import sale_order
from . import website
