from . import base_partner_merge_automatic_wizard
from . import customer_tier_tell
from . import customer_win_back_ask
