from . import customer_tier_gather
from . import customer_tier
from . import pos_config
from . import pos_preset
from . import product_pricelist
from . import res_config_settings
from . import res_partner
