from . import customer_tier_benefit
from . import customer_tier_early
from . import customer_tier_program
from . import pos_config
from . import pos_order
from . import pos_session
from . import product_combo_item
from . import product_template
