from . import crm_lead
from . import crm_tag
from . import customer_tier_gather
