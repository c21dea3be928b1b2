from . import base_partner_merge
from . import customer_tier_ahp
from . import customer_tier_ahp_pair
from . import customer_tier_band_proposal
from . import customer_tier_band_proposal_line
from . import customer_tier_metric_preview
from . import customer_tier_metric_preview_line
from . import customer_tier_start
